#include "tls/alt_names.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>

namespace uvnet::tls {
namespace {

bool isPlain(std::string_view value, bool utf8) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == ',' || c == '\'') return false;
    if (byte < ' ' || byte == 0x7f || (byte > 0x7f && !utf8)) return false;
  }
  return true;
}

// As it is, or as a JSON string.
void addValue(std::string& to, std::string_view value, bool utf8 = false) {
  if (isPlain(value, utf8)) {
    to += value;
    return;
  }
  to += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '"') {
      to += "\\\"";
    } else if (byte < ' ' || byte == 0x7f || c == ',' || c == '\'' || (byte > 0x7f && !utf8)) {
      // Commas, too, so that the text may be split at them without being read.
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", byte);
      to += escaped.data();
    } else {
      to += c;
    }
  }
  to += '"';
}

std::string_view viewOf(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string addressOf(const ASN1_OCTET_STRING* bytes) {
  const unsigned char* ip = ASN1_STRING_get0_data(bytes);
  std::array<char, 64> text{};
  if (ASN1_STRING_length(bytes) == 4) {
    std::snprintf(text.data(), text.size(), "%d.%d.%d.%d", ip[0], ip[1], ip[2], ip[3]);
    return text.data();
  }
  if (ASN1_STRING_length(bytes) != 16)
    return "<invalid length=" + std::to_string(ASN1_STRING_length(bytes)) + ">";
  std::string result;
  for (int i = 0; i < 16; i += 2) {
    std::snprintf(text.data(), text.size(), i == 0 ? "%X" : ":%X", (ip[i] << 8) | ip[i + 1]);
    result += text.data();
  }
  return result;
}

std::string oneLine(const X509_NAME* name) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  // RFC 2253, with what it must escape, in UTF-8: the text is then quoted as any other.
  constexpr unsigned long kFlags = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL |
                                   ASN1_STRFLGS_UTF8_CONVERT | XN_FLAG_SEP_COMMA_PLUS |
                                   XN_FLAG_DN_REV | XN_FLAG_FN_SN | XN_FLAG_DUMP_UNKNOWN_FIELDS;
  X509_NAME_print_ex(memory.get(), name, 0, kFlags);
  return textOf(memory.get());
}

void addName(std::string& to, const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      to += "DNS:";
      return addValue(to, viewOf(name->d.dNSName));
    case GEN_EMAIL:
      to += "email:";
      return addValue(to, viewOf(name->d.rfc822Name));
    case GEN_URI:
      to += "URI:";
      return addValue(to, viewOf(name->d.uniformResourceIdentifier));
    case GEN_DIRNAME:
      to += "DirName:";
      return addValue(to, oneLine(name->d.directoryName), true);
    case GEN_IPADD:
      to += "IP Address:" + addressOf(name->d.iPAddress);
      return;
    case GEN_RID: {
      std::array<char, 256> text{};
      OBJ_obj2txt(text.data(), static_cast<int>(text.size()), name->d.registeredID, 1);
      to += std::string("Registered ID:") + text.data();
      return;
    }
    case GEN_X400:
      to += "X400Name:<unsupported>";
      return;
    case GEN_EDIPARTY:
      to += "EdiPartyName:<unsupported>";
      return;
    default:
      to += "othername:<unsupported>";
  }
}

using GeneralNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

}  // namespace

std::string altNamesOf(X509* certificate) {
  const GeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string text;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (i > 0) text += ", ";
    addName(text, sk_GENERAL_NAME_value(names.get(), i));
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> infoAccessOf(X509* certificate) {
  std::vector<std::pair<std::string, std::string>> result;
  const Owned<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free> info(
      static_cast<AUTHORITY_INFO_ACCESS*>(
          X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; info != nullptr && i < sk_ACCESS_DESCRIPTION_num(info.get()); ++i) {
    const ACCESS_DESCRIPTION* one = sk_ACCESS_DESCRIPTION_value(info.get(), i);
    std::array<char, 80> method{};
    OBJ_obj2txt(method.data(), static_cast<int>(method.size()), one->method, 0);
    std::string place;
    addName(place, one->location);
    const std::size_t colon = place.find(':');
    result.emplace_back(std::string(method.data()) + " - " + place.substr(0, colon),
                        place.substr(colon + 1));
  }
  return result;
}

std::vector<std::string> splitAltNames(std::string_view text) {
  std::vector<std::string> names;
  std::string name;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quoted) {
      if (c == '"') {
        quoted = true;
      } else if (text.substr(i, 2) == ", ") {
        names.push_back(std::exchange(name, {}));
        ++i;
      } else {
        name += c;
      }
    } else if (c == '"') {
      quoted = false;
    } else if (c != '\\') {
      name += c;
    } else if (i + 1 < text.size() && text[i + 1] != 'u') {
      name += text[++i];
    } else if (i + 5 < text.size()) {
      unsigned value = 0;
      std::sscanf(std::string(text.substr(i + 2, 4)).c_str(), "%4x", &value);
      name += static_cast<char>(value);
      i += 5;
    } else {
      return names;
    }
  }
  if (quoted) return names;
  names.push_back(std::move(name));
  return names;
}

}  // namespace uvnet::tls

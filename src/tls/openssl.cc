#include "tls/openssl.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace uvnet::tls {

BioPtr bioOf(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string textOf(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

namespace {

// The part of a code that names OpenSSL's library: "PEM_". SSL's codes are ERR_SSL_, all others
// ERR_OSSL_ and this.
struct Library {
  int number;
  std::string_view name;
};
constexpr Library kLibraries[] = {
    {ERR_LIB_SYS, "SYS_"},       {ERR_LIB_BN, "BN_"},         {ERR_LIB_RSA, "RSA_"},
    {ERR_LIB_DH, "DH_"},         {ERR_LIB_EVP, "EVP_"},       {ERR_LIB_BUF, "BUF_"},
    {ERR_LIB_OBJ, "OBJ_"},       {ERR_LIB_PEM, "PEM_"},       {ERR_LIB_DSA, "DSA_"},
    {ERR_LIB_X509, "X509_"},     {ERR_LIB_ASN1, "ASN1_"},     {ERR_LIB_CONF, "CONF_"},
    {ERR_LIB_CRYPTO, "CRYPTO_"}, {ERR_LIB_EC, "EC_"},         {ERR_LIB_BIO, "BIO_"},
    {ERR_LIB_PKCS7, "PKCS7_"},   {ERR_LIB_X509V3, "X509V3_"}, {ERR_LIB_PKCS12, "PKCS12_"},
    {ERR_LIB_RAND, "RAND_"},     {ERR_LIB_ENGINE, "ENGINE_"}, {ERR_LIB_OCSP, "OCSP_"},
    {ERR_LIB_CMS, "CMS_"},       {ERR_LIB_TS, "TS_"},
};

std::string upper(std::string_view reason) {
  std::string code;
  for (const char c : reason) {
    code += c == ' ' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return code;
}

std::string codeOf(unsigned long error, std::string_view reason) {
  std::string code = "ERR_";
  const int library = ERR_GET_LIB(error);
  if (library == ERR_LIB_SSL) {
    code += "SSL_";
  } else {
    code += "OSSL_";
    for (const Library& known : kLibraries) {
      if (known.number == library) code += known.name;
    }
  }
  return code + upper(reason);
}

// OpenSSL's texts are static, or null.
std::string orEmpty(const char* text) { return text != nullptr ? text : std::string(); }

std::string lineOf(unsigned long error) {
  std::array<char, 256> line{};
  ERR_error_string_n(error, line.data(), line.size());
  return line.data();
}

void describe(Error& error, unsigned long number) {
  error.library = orEmpty(ERR_lib_error_string(number));
  error.reason = orEmpty(ERR_reason_error_string(number));
}

}  // namespace

Error thrownError(std::string_view otherwise) {
  const unsigned long newest = ERR_peek_last_error();
  if (newest == 0) return Error(std::string(otherwise), "ERR_CRYPTO_OPERATION_FAILED");
  Error error(lineOf(newest));
  describe(error, newest);
  if (!error.reason.empty()) error.code = codeOf(newest, error.reason);
  std::vector<std::string> all;
  while (const unsigned long one = ERR_get_error()) all.push_back(lineOf(one));
  all.pop_back();
  std::reverse(all.begin(), all.end());
  error.opensslErrorStack = std::move(all);
  return error;
}

Error connectionError() {
  const unsigned long first = ERR_peek_error();
  const BioPtr memory(BIO_new(BIO_s_mem()));
  ERR_print_errors(memory.get());
  Error error(textOf(memory.get()));
  describe(error, first);
  // ERR_SSL_ whichever part of OpenSSL it was.
  if (!error.reason.empty()) error.code = "ERR_SSL_" + upper(error.reason);
  return error;
}

Buffer bytesOf(SSL_SESSION* session) {
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) return {};
  Buffer bytes = Buffer::allocUnsafe(static_cast<std::size_t>(size));
  auto* to = reinterpret_cast<unsigned char*>(bytes.mutableData());
  i2d_SSL_SESSION(session, &to);
  return bytes;
}

std::string verifyCode(long result) {
#define UVNET_VERIFY_CODE(name) \
  case X509_V_ERR_##name:       \
    return #name;
  switch (result) {
    case X509_V_OK:
      return "OK";
      UVNET_VERIFY_CODE(UNABLE_TO_GET_ISSUER_CERT)
      UVNET_VERIFY_CODE(UNABLE_TO_GET_CRL)
      UVNET_VERIFY_CODE(UNABLE_TO_DECRYPT_CERT_SIGNATURE)
      UVNET_VERIFY_CODE(UNABLE_TO_DECRYPT_CRL_SIGNATURE)
      UVNET_VERIFY_CODE(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY)
      UVNET_VERIFY_CODE(CERT_SIGNATURE_FAILURE)
      UVNET_VERIFY_CODE(CRL_SIGNATURE_FAILURE)
      UVNET_VERIFY_CODE(CERT_NOT_YET_VALID)
      UVNET_VERIFY_CODE(CERT_HAS_EXPIRED)
      UVNET_VERIFY_CODE(CRL_NOT_YET_VALID)
      UVNET_VERIFY_CODE(CRL_HAS_EXPIRED)
      UVNET_VERIFY_CODE(ERROR_IN_CERT_NOT_BEFORE_FIELD)
      UVNET_VERIFY_CODE(ERROR_IN_CERT_NOT_AFTER_FIELD)
      UVNET_VERIFY_CODE(ERROR_IN_CRL_LAST_UPDATE_FIELD)
      UVNET_VERIFY_CODE(ERROR_IN_CRL_NEXT_UPDATE_FIELD)
      UVNET_VERIFY_CODE(OUT_OF_MEM)
      UVNET_VERIFY_CODE(DEPTH_ZERO_SELF_SIGNED_CERT)
      UVNET_VERIFY_CODE(SELF_SIGNED_CERT_IN_CHAIN)
      UVNET_VERIFY_CODE(UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
      UVNET_VERIFY_CODE(UNABLE_TO_VERIFY_LEAF_SIGNATURE)
      UVNET_VERIFY_CODE(CERT_CHAIN_TOO_LONG)
      UVNET_VERIFY_CODE(CERT_REVOKED)
      UVNET_VERIFY_CODE(INVALID_CA)
      UVNET_VERIFY_CODE(PATH_LENGTH_EXCEEDED)
      UVNET_VERIFY_CODE(INVALID_PURPOSE)
      UVNET_VERIFY_CODE(CERT_UNTRUSTED)
      UVNET_VERIFY_CODE(CERT_REJECTED)
      UVNET_VERIFY_CODE(HOSTNAME_MISMATCH)
    default:
      return "UNSPECIFIED";
  }
#undef UVNET_VERIFY_CODE
}

Error verifyError(long result) {
  return Error(X509_verify_cert_error_string(result), verifyCode(result));
}

}  // namespace uvnet::tls

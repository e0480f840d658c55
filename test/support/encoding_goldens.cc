// Reads test/data/encodings.json; the only place that knows its form and parses JSON for it.
#include "support/encoding_goldens.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace uvnet::test {
namespace {

using Json = nlohmann::json;
using Goldens = EncodingGoldens;

std::string hexAt(const Json& value) { return fromHex(value.get<std::string>()); }

std::vector<Goldens::Transcoding> transcodings(const Json& list, const char* from, const char* to) {
  std::vector<Goldens::Transcoding> all;
  for (const Json& entry : list) {
    for (const auto& [encoding, result] : entry.at(to).items()) {
      all.push_back({Encoding(std::string_view(encoding)), hexAt(entry.at(from)), hexAt(result)});
    }
  }
  return all;
}

// `texts` are what the writes of `pieces`, and end() after them, returned.
Goldens::Feeding feeding(std::string_view encoding, const std::vector<std::string>& pieces,
                         const Json& texts) {
  Goldens::Feeding feed{Encoding(encoding), {}};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    feed.steps.push_back({false, pieces[i], hexAt(texts.at(i))});
  }
  feed.steps.push_back({true, {}, hexAt(texts.at(pieces.size()))});
  return feed;
}

std::vector<Goldens::Feeding> splits(const Json& list) {
  std::vector<Goldens::Feeding> all;
  for (const Json& entry : list) {
    const std::string bytes = hexAt(entry.at("bytes"));
    for (const auto& [encoding, places] : entry.at("pieces").items()) {
      for (std::size_t at = 0; at < places.size(); ++at) {
        all.push_back(feeding(encoding, {bytes.substr(0, at), bytes.substr(at)}, places.at(at)));
      }
    }
  }
  return all;
}

std::vector<Goldens::Feeding> singly(const Json& list) {
  std::vector<Goldens::Feeding> all;
  for (const Json& entry : list) {
    std::vector<std::string> pieces;
    for (const char byte : hexAt(entry.at("bytes"))) pieces.emplace_back(1, byte);
    for (const auto& [encoding, texts] : entry.at("pieces").items()) {
      all.push_back(feeding(encoding, pieces, texts));
    }
  }
  return all;
}

std::vector<Goldens::Feeding> sequences(const Json& list) {
  std::vector<Goldens::Feeding> all;
  for (const Json& entry : list) {
    Goldens::Feeding feed{Encoding(entry.at("encoding").get<std::string>()), {}};
    for (std::size_t i = 0; i < entry.at("steps").size(); ++i) {
      const auto step = entry.at("steps").at(i).get<std::string>();
      const bool end = step == "E";
      feed.steps.push_back({end, end ? "" : fromHex(step), hexAt(entry.at("texts").at(i))});
    }
    all.push_back(std::move(feed));
  }
  return all;
}

Goldens read() {
  std::ifstream file(UVNET_TEST_SOURCE_DIR "/test/data/encodings.json");
  if (!file) throw std::runtime_error("test/data/encodings.json cannot be read");
  const Json json = Json::parse(file);
  Goldens goldens;
  for (const Json& entry : json.at("names")) {
    const Json& normal = entry.at("normal");
    goldens.names.push_back({entry.at("name").get<std::string>(), normal.is_null()
                                                                      ? std::optional<std::string>()
                                                                      : normal.get<std::string>()});
  }
  goldens.encode = transcodings(json.at("encode"), "text", "bytes");
  goldens.decode = transcodings(json.at("decode"), "bytes", "text");
  goldens.splits = splits(json.at("splits"));
  goldens.singly = singly(json.at("singly"));
  goldens.sequences = sequences(json.at("sequences"));
  for (const Json& entry : json.at("slices")) {
    Goldens::Slices slices{hexAt(entry.at("text")), entry.at("length").get<std::size_t>(), {}};
    for (const Json& sides : entry.at("sides")) {
      slices.sides.emplace_back(hexAt(sides.at(0)), hexAt(sides.at(1)));
    }
    goldens.slices.push_back(std::move(slices));
  }
  return goldens;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw std::invalid_argument("not a hexadecimal digit");
}

}  // namespace

const EncodingGoldens& encodingGoldens() {
  static const EncodingGoldens goldens = read();
  return goldens;
}

// Not the library's own hex: that is under test.
std::string toHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0x0F];
  }
  return hex;
}

std::string fromHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

}  // namespace uvnet::test

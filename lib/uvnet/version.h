// The version of uvnet. CMake reads these numbers, so this is the one place to change them.
#pragma once

#include <string_view>

#define UVNET_VERSION_MAJOR 0
#define UVNET_VERSION_MINOR 1
#define UVNET_VERSION_PATCH 0

// Two steps, so that the numbers and not the macros' names become text.
#define UVNET_DETAIL_TEXT_(x) #x
#define UVNET_DETAIL_TEXT(x) UVNET_DETAIL_TEXT_(x)
#define UVNET_VERSION_STRING             \
  UVNET_DETAIL_TEXT(UVNET_VERSION_MAJOR) \
  "." UVNET_DETAIL_TEXT(UVNET_VERSION_MINOR) "." UVNET_DETAIL_TEXT(UVNET_VERSION_PATCH)

namespace uvnet {

// The version of the headers, "major.minor.patch". Semantic versioning; before 1.0 a minor version
// may change the ABI.
constexpr std::string_view version() noexcept { return UVNET_VERSION_STRING; }

}  // namespace uvnet

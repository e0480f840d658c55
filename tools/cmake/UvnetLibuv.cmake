# Provides the target libuv::uv. Used by our build and, installed beside uvnetConfig.cmake, by consumers
# of the static library, so that both sides find libuv by the same rule.
#
# Two ways, because libuv ships a CMake package only since 1.45 and Debian 12 has 1.44.2 with libuv.pc
# alone. The package has no version file, so its version cannot be asked for; it is new enough anyway.
# For our own tests: the libuv inside a release of Node (bin/node, include/node/uv.h), which is newer
# than the distribution's. Its functions are there once the test is loaded into that node.
if(NOT TARGET libuv::uv AND UVNET_LIBUV_OF_NODE)
  add_library(uvnet_libuv_of_node INTERFACE IMPORTED GLOBAL)
  target_include_directories(uvnet_libuv_of_node SYSTEM
                             INTERFACE ${UVNET_LIBUV_OF_NODE}/include/node)
  add_library(libuv::uv ALIAS uvnet_libuv_of_node)
endif()
if(NOT TARGET libuv::uv)
  find_package(libuv CONFIG QUIET GLOBAL)
  if(NOT TARGET libuv::uv AND TARGET libuv::uv_a)
    add_library(libuv::uv ALIAS libuv::uv_a)
  endif()
endif()
if(NOT TARGET libuv::uv)
  find_package(PkgConfig REQUIRED)
  # GLOBAL: an alias can only be made of a global imported target, and the name must be known in the
  # consumer's directories too.
  pkg_check_modules(UVNET_LIBUV REQUIRED IMPORTED_TARGET GLOBAL libuv>=1.44)
  add_library(libuv::uv ALIAS PkgConfig::UVNET_LIBUV)
endif()

# The Node-API addon, uvnet.node: the library inside Node, on Node's own loop and with Node's own
# libuv. So it must not link one: a second libuv on the same loop is a crash, and Debian's shared one
# would be loaded for nothing. What it lacks, the node that loads it has.
find_path(
  UVNET_NODE_HEADERS node_api.h
  PATHS /usr/include/node /usr/local/include/node
  PATH_SUFFIXES node)
if(NOT UVNET_NODE_HEADERS)
  message(STATUS "uvnet: no node_api.h, so no Node addon")
  return()
endif()

file(GLOB uvnet_node_sources CONFIGURE_DEPENDS src/napi/*.cc)
add_library(uvnet_node MODULE ${uvnet_node_sources} $<TARGET_OBJECTS:uvnet_objects>)
target_compile_features(uvnet_node PRIVATE cxx_std_20)
target_compile_definitions(uvnet_node PRIVATE NAPI_VERSION=8 UVNET_BUILDING)
target_include_directories(uvnet_node PRIVATE lib src)
target_include_directories(uvnet_node SYSTEM PRIVATE ${UVNET_NODE_HEADERS})
# fmt as an archive where there is one, for machines that have node and no fmt.
find_library(UVNET_FMT_ARCHIVE libfmt.a)
if(UVNET_FMT_ARCHIVE)
  target_link_libraries(uvnet_node PRIVATE ${UVNET_FMT_ARCHIVE})
else()
  target_link_libraries(uvnet_node PRIVATE fmt::fmt)
endif()
target_link_options(uvnet_node PRIVATE -Wl,--exclude-libs,ALL)
set_target_properties(
  uvnet_node
  PROPERTIES PREFIX ""
             OUTPUT_NAME uvnet
             SUFFIX .node
             LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
uvnet_own_code(uvnet_node)

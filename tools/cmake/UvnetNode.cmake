# The Node-API addon, uvnet.node: the library inside Node, on Node's own loop and with Node's own
# libuv. So it must not link one: a second libuv on the same loop is a crash, and Debian's shared one
# would be loaded for nothing. What it lacks, the node that loads it has.
find_path(
  UVNET_NODE_HEADERS node_api.h
  PATH_SUFFIXES node
  PATHS ${PROJECT_SOURCE_DIR}/build/node/node_modules/node-api-headers/include)
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
target_link_libraries(uvnet_node PRIVATE fmt::fmt)
set_target_properties(
  uvnet_node
  PROPERTIES PREFIX ""
             OUTPUT_NAME uvnet
             SUFFIX .node
             LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
uvnet_own_code(uvnet_node)

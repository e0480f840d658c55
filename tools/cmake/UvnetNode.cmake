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
# A release is optimised as one program: a message passes through thirty small functions in as many
# files. With objects of its own, so that nobody who links the library waits for it.
set(uvnet_node_core uvnet_objects)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckIPOSupported)
  check_ipo_supported(RESULT uvnet_node_ipo OUTPUT uvnet_node_ipo_why LANGUAGES CXX)
  if(uvnet_node_ipo)
    set(uvnet_node_core uvnet_node_core)
    add_library(uvnet_node_core OBJECT EXCLUDE_FROM_ALL ${uvnet_sources})
    target_link_libraries(uvnet_node_core PRIVATE libuv::uv fmt::fmt)
    target_include_directories(uvnet_node_core PRIVATE lib src)
    target_compile_definitions(uvnet_node_core PRIVATE UVNET_BUILDING)
    set_target_properties(uvnet_node_core PROPERTIES POSITION_INDEPENDENT_CODE ON
                                                     INTERPROCEDURAL_OPTIMIZATION ON)
    uvnet_own_code(uvnet_node_core)
  endif()
endif()
add_library(uvnet_node MODULE ${uvnet_node_sources} $<TARGET_OBJECTS:${uvnet_node_core}>)
if(uvnet_node_ipo)
  set_target_properties(uvnet_node PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
endif()
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

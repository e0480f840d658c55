# The optional part uvnet::tls, on OpenSSL. UVNET_TLS: AUTO (where OpenSSL 3 is found), ON (it must
# be), OFF.
set(UVNET_TLS AUTO CACHE STRING "Build uvnet::tls: AUTO, ON or OFF")
set_property(CACHE UVNET_TLS PROPERTY STRINGS AUTO ON OFF)
if(UVNET_TLS STREQUAL "OFF")
  return()
endif()
if(UVNET_TLS STREQUAL "ON")
  find_package(OpenSSL 3.0 REQUIRED)
else()
  find_package(OpenSSL 3.0 QUIET)
endif()
if(NOT OpenSSL_FOUND)
  message(STATUS "uvnet: no OpenSSL 3, so no uvnet::tls (libssl-dev has it)")
  return()
endif()

file(GLOB uvnet_tls_sources CONFIGURE_DEPENDS src/tls/*.cc)
add_library(uvnet_tls_objects OBJECT ${uvnet_tls_sources})
target_link_libraries(uvnet_tls_objects PRIVATE OpenSSL::SSL)
target_include_directories(uvnet_tls_objects PRIVATE src)
target_compile_definitions(uvnet_tls_objects PRIVATE UVNET_BUILDING)
set_target_properties(uvnet_tls_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
uvnet_own_code(uvnet_tls_objects)

if(UVNET_SHARED)
  add_library(uvnet_tls SHARED $<TARGET_OBJECTS:uvnet_tls_objects>)
else()
  add_library(uvnet_tls STATIC $<TARGET_OBJECTS:uvnet_tls_objects>)
endif()
add_library(uvnet::tls ALIAS uvnet_tls)
target_link_libraries(
  uvnet_tls
  PUBLIC uvnet
  PRIVATE OpenSSL::SSL)
set_target_properties(
  uvnet_tls
  PROPERTIES LINKER_LANGUAGE CXX
             EXPORT_NAME tls
             VERSION ${PROJECT_VERSION}
             SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
foreach(target IN ITEMS uvnet_tls_objects uvnet_tls)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(UVNET_SHARED)
    target_compile_definitions(${target} PUBLIC UVNET_SHARED)
  endif()
endforeach()

# The tests: one program per folder of test/ that holds .cc files, uvnet_test_<folder>, its tests
# labelled with the folder's name. test/support is linked into each.

find_package(Catch2 REQUIRED)
include(Catch)
find_package(Threads REQUIRED)

file(GLOB uvnet_test_support_sources CONFIGURE_DEPENDS test/support/*.cc)
# An OBJECT library, not an archive: a linker drops an archive member that nobody calls, and a Catch2
# listener (the invariants) is called by nobody.
add_library(uvnet_test_support OBJECT ${uvnet_test_support_sources})
# Tests use internals: src/ and uv.h are theirs to include, and the library comes as objects.
target_include_directories(uvnet_test_support PUBLIC test src)
target_link_libraries(uvnet_test_support PUBLIC Catch2::Catch2 libuv::uv fmt::fmt Threads::Threads)
target_link_libraries(uvnet_test_support PUBLIC uvnet_objects)
target_compile_definitions(
  uvnet_test_support PUBLIC UVNET_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                            UVNET_TEST_BINARY_DIR="${PROJECT_BINARY_DIR}")
uvnet_own_code(uvnet_test_support)

# Catch2's single header takes seconds to parse; every test program shares one precompiled copy.
target_precompile_headers(uvnet_test_support PRIVATE test/support/catch.h)
set_source_files_properties(test/support/main.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
# ccache can only cache a use of the precompiled header when gcc leaves it visible.
target_compile_options(uvnet_test_support PUBLIC $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

file(GLOB uvnet_test_sources CONFIGURE_DEPENDS test/*/*.cc)
list(FILTER uvnet_test_sources EXCLUDE REGEX "/test/(support|compile_fail|embed)/")
set(uvnet_test_folders "")
foreach(source IN LISTS uvnet_test_sources)
  cmake_path(GET source PARENT_PATH folder)
  cmake_path(GET folder FILENAME folder)
  list(APPEND uvnet_test_folders ${folder})
  list(APPEND uvnet_test_sources_${folder} ${source})
endforeach()
list(REMOVE_DUPLICATES uvnet_test_folders)

foreach(folder IN LISTS uvnet_test_folders)
  set(target uvnet_test_${folder})
  add_executable(${target} ${uvnet_test_sources_${folder}} $<TARGET_OBJECTS:uvnet_objects>)
  target_link_libraries(${target} PRIVATE uvnet_test_support)
  target_precompile_headers(${target} REUSE_FROM uvnet_test_support)
  uvnet_own_code(${target})
  # The prefix keeps names unique over the programs, which ctest demands and Catch2 cannot see.
  # 60 s: far beyond what a test takes on a busy machine under a sanitizer, so a timeout means a hang.
  catch_discover_tests(${target} TEST_PREFIX "${folder}/" PROPERTIES TIMEOUT 60 LABELS ${folder})
endforeach()

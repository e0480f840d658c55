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
if(UVNET_LIBUV_OF_NODE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set_target_properties(uvnet_test_support PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_definitions(uvnet_test_support PUBLIC UVNET_TEST_IN_NODE)
endif()

# Catch2's single header takes seconds to parse; every test program shares one precompiled copy.
target_precompile_headers(uvnet_test_support PRIVATE test/support/catch.h)
set_source_files_properties(test/support/main.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
# ccache can only cache a use of the precompiled header when gcc leaves it visible.
target_compile_options(uvnet_test_support PUBLIC $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

file(GLOB uvnet_test_sources CONFIGURE_DEPENDS test/*/*.cc)
list(FILTER uvnet_test_sources EXCLUDE REGEX "/test/(support|compile_fail|embed)/")
# They start the examples; without those there is nothing to test.
if(NOT TARGET uvnet_examples)
  list(FILTER uvnet_test_sources EXCLUDE REGEX "/test/examples/")
endif()
if(NOT TARGET uvnet_tls)
  list(FILTER uvnet_test_sources EXCLUDE REGEX "/test/tls/")
endif()
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
  # What only this program needs may stand in a support folder of its own.
  file(GLOB support CONFIGURE_DEPENDS test/${folder}/support/*.cc)
  set(sources ${uvnet_test_sources_${folder}} ${support} $<TARGET_OBJECTS:uvnet_objects>)
  if(folder STREQUAL "tls")
    list(APPEND sources $<TARGET_OBJECTS:uvnet_tls_objects>)
  endif()
  if(UVNET_LIBUV_OF_NODE)
    # libuv is in node, so the test program is a module that node loads.
    add_library(${target} MODULE ${sources})
    # Tests that replace operator new replace it for themselves, as they would in a program.
    target_link_options(${target} PRIVATE -Wl,-Bsymbolic)
    set_target_properties(
      ${target} PROPERTIES CROSSCOMPILING_EMULATOR
                           "${UVNET_LIBUV_OF_NODE}/bin/node;${PROJECT_SOURCE_DIR}/test/support/in_node.js")
  else()
    add_executable(${target} ${sources})
  endif()
  target_link_libraries(${target} PRIVATE uvnet_test_support)
  if(folder STREQUAL "tls")
    target_link_libraries(${target} PRIVATE OpenSSL::SSL)
  endif()
  target_precompile_headers(${target} REUSE_FROM uvnet_test_support)
  uvnet_own_code(${target})
  # The prefix keeps names unique over the programs, which ctest demands and Catch2 cannot see.
  # 60 s: far beyond what a test takes on a busy machine under a sanitizer, so a timeout means a hang.
  # A test that cannot run on a machine says so in a line of this form; it then counts as skipped.
  catch_discover_tests(
    ${target} TEST_PREFIX "${folder}/" PROPERTIES TIMEOUT 60 LABELS ${folder}
    SKIP_REGULAR_EXPRESSION "uvnet: skipped: ")
endforeach()
if(TARGET uvnet_test_examples)
  add_dependencies(uvnet_test_examples uvnet_examples)
endif()
if(TARGET uvnet_test_tls AND TARGET uvnet_examples)
  add_dependencies(uvnet_test_tls uvnet_examples)
endif()

# Traces are those of Node 20; without one the recorded ones have to do.
find_program(UVNET_NODE node)
if(UVNET_NODE)
  execute_process(COMMAND ${UVNET_NODE} --version OUTPUT_VARIABLE uvnet_node_version)
endif()
if(TARGET uvnet_node AND uvnet_node_version MATCHES "^v20\\.")
  include(UvnetNodeTests)
endif()

# The rest is the same whatever the compile flags: once, not under each sanitizer. The label says so
# to `tools/dev test --repeat` as well.
if(NOT UVNET_TEST_ONCE)
  return()
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(uvnet_test_once name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "COMMAND")
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL};once" TIMEOUT ${arg_TIMEOUT})
endfunction()

# Bad use that must not compile: the flags are those a user could have, with our warnings.
separate_arguments(uvnet_flags UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
set(uvnet_compile_fail
    ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/test/compile_fail/run.py)
set(uvnet_compile_fail_flags -- ${CMAKE_CXX_COMPILER} -std=c++20 ${uvnet_flags} ${UVNET_WARNINGS}
                             -I${PROJECT_SOURCE_DIR}/lib)
file(GLOB uvnet_compile_fail_cases CONFIGURE_DEPENDS test/compile_fail/*.cc)
foreach(case IN LISTS uvnet_compile_fail_cases)
  cmake_path(GET case STEM name)
  uvnet_test_once(compile_fail/${name} LABEL compile_fail TIMEOUT 60 COMMAND
                  ${uvnet_compile_fail} ${case} ${uvnet_compile_fail_flags})
endforeach()
uvnet_test_once(compile_fail/self-test LABEL compile_fail TIMEOUT 60 COMMAND
                ${uvnet_compile_fail} --self-test ${uvnet_compile_fail_flags})

# The checkers in tools/ are programs too.
foreach(checker IN ITEMS check_floors rows)
  uvnet_test_once(tools/${checker} LABEL tools TIMEOUT 60 COMMAND
                  ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/${checker}.py --self-test)
endforeach()

# What including us costs. Alone on the machine, or it would measure the neighbours.
uvnet_test_once(tools/compile_time LABEL tools TIMEOUT 120 COMMAND
                ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/compile_time.py
                ${CMAKE_CXX_COMPILER})
set_tests_properties(tools/compile_time PROPERTIES RUN_SERIAL ON)

# What a message costs in system calls, instructions and allocations: of a release build, or it would
# measure the debugging aids.
find_program(UVNET_VALGRIND valgrind)
find_program(UVNET_STRACE strace)
if(UVNET_VALGRIND AND UVNET_STRACE AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(uvnet_message_cost --build ${PROJECT_BINARY_DIR}/release --make)
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND UVNET_BUILD_BENCH)
    set(uvnet_message_cost --build ${PROJECT_BINARY_DIR})
  endif()
  uvnet_test_once(
    tools/message_cost LABEL tools TIMEOUT 900 COMMAND
    ${CMAKE_COMMAND} -E env CXX=${CMAKE_CXX_COMPILER}
    ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/message_cost.py ${uvnet_message_cost} --check)
  set_tests_properties(tools/message_cost PROPERTIES PROCESSORS 2)
else()
  message(STATUS "No valgrind or no strace: what a message costs is not checked")
endif()

# What node prints for the scenarios is still what the twins are compared with.
if(uvnet_node_version MATCHES "^v20\\.")
  uvnet_test_once(
    scenario/traces LABEL scenario TIMEOUT 300 COMMAND
    ${CMAKE_COMMAND} -E env UVNET_NODE=${UVNET_NODE}
    ${PROJECT_SOURCE_DIR}/tools/scenario_traces.sh --check)
  # Its steps are a few milliseconds apart.
  set_tests_properties(scenario/traces PROPERTIES RUN_SERIAL ON)
else()
  message(STATUS "No node v20: the scenarios' traces are not checked against it")
endif()

# Programs with packages from npm, on Node's own net and with it replaced. The packages are installed
# once for all builds; without a network these tests say so and are skipped.
if(TARGET uvnet_node AND uvnet_node_version MATCHES "^v20\\.")
  set(uvnet_npm
      ${CMAKE_COMMAND} -E env UVNET_NODE_BINARY=$<TARGET_FILE:uvnet_node> ${UVNET_NODE}
      ${PROJECT_SOURCE_DIR}/test/npm/run.js)
  uvnet_test_once(npm/install LABEL npm TIMEOUT 300 COMMAND ${uvnet_npm} --install)
  set_tests_properties(
    npm/install PROPERTIES FIXTURES_SETUP npm SKIP_REGULAR_EXPRESSION "uvnet: skipped: ")
  file(GLOB uvnet_npm_programs CONFIGURE_DEPENDS test/npm/programs/*js)
  foreach(program IN LISTS uvnet_npm_programs)
    cmake_path(GET program STEM LAST_ONLY name)
    uvnet_test_once(npm/${name} LABEL npm TIMEOUT 60 COMMAND ${uvnet_npm} ${name})
    set_tests_properties(
      npm/${name} PROPERTIES FIXTURES_REQUIRED npm SKIP_REGULAR_EXPRESSION "uvnet: skipped: ")
  endforeach()
endif()

# Consumers of each kind. Each builds the library anew, so it takes both cores and its time.
foreach(kind IN ITEMS static shared)
  uvnet_test_once(
    embed/${kind} LABEL embed TIMEOUT 900 COMMAND
    ${CMAKE_COMMAND} -E env CXX=${CMAKE_CXX_COMPILER} CMAKE=${CMAKE_COMMAND}
    ${PROJECT_SOURCE_DIR}/test/embed/run.sh ${kind} ${PROJECT_BINARY_DIR}/embed-${kind})
  set_tests_properties(embed/${kind} PROPERTIES PROCESSORS 2)
endforeach()

# The library with the newest libuv's headers: what is feature-tested compiles both ways.
uvnet_test_once(
  libuv/newest LABEL libuv TIMEOUT 400 COMMAND
  ${CMAKE_COMMAND} -E env CXX=${CMAKE_CXX_COMPILER} ${PROJECT_SOURCE_DIR}/test/libuv/newest.sh
  ${PROJECT_BINARY_DIR}/libuv-newest)
set_tests_properties(libuv/newest PROPERTIES SKIP_REGULAR_EXPRESSION "uvnet: skipped: ")

# A runtime without run-time type information: on the library as it is, and on one built the same.
add_executable(uvnet_embed_own_host test/embed/own_host.cc)
target_link_libraries(uvnet_embed_own_host PRIVATE uvnet::uvnet libuv::uv)
target_compile_options(uvnet_embed_own_host PRIVATE -fno-rtti)
uvnet_own_code(uvnet_embed_own_host)
uvnet_test_once(embed/no-rtti-program LABEL embed TIMEOUT 60 COMMAND uvnet_embed_own_host)
uvnet_test_once(
  embed/no-rtti LABEL embed TIMEOUT 900 COMMAND
  ${CMAKE_COMMAND} -E env CXX=${CMAKE_CXX_COMPILER} CMAKE=${CMAKE_COMMAND}
  ${PROJECT_SOURCE_DIR}/test/embed/no_rtti.sh ${PROJECT_BINARY_DIR}/embed-no-rtti)
set_tests_properties(embed/no-rtti PROPERTIES PROCESSORS 2)

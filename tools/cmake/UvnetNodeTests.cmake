# Tests of the addon inside Node 20: its own programs (test/node), the scenarios and random programs,
# each on Node's own net and with it replaced. Included by UvnetTests.cmake where UVNET_NODE is one.

set(uvnet_node_run ${CMAKE_COMMAND} -E env UVNET_NODE_BINARY=$<TARGET_FILE:uvnet_node>)

function(uvnet_test_node name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "ENV;COMMAND")
  add_test(NAME node/${name} COMMAND ${uvnet_node_run} ${arg_ENV} ${UVNET_NODE} ${arg_COMMAND})
  set_tests_properties(node/${name} PROPERTIES LABELS "node;once" TIMEOUT ${arg_TIMEOUT})
endfunction()

# Under a sanitizer, for what only it sees: the runtime must be there before Node's first allocation.
if(NOT UVNET_TEST_ONCE)
  if(CMAKE_CXX_FLAGS_DEBUG MATCHES "-fsanitize=address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libasan.so
                    OUTPUT_VARIABLE uvnet_libasan OUTPUT_STRIP_TRAILING_WHITESPACE)
    # Node itself leaks at its end; what the addon leaves is compared with Node by the programs.
    set(sanitized UVNET_NODE_PRELOAD=${uvnet_libasan}
                  ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:strict_string_checks=1)
    uvnet_test_node(
      scenarios TIMEOUT 900 ENV ${sanitized} COMMAND ${PROJECT_SOURCE_DIR}/test/scenario/support/run_addon.js)
    uvnet_test_node(
      random TIMEOUT 600 ENV ${sanitized} COMMAND ${PROJECT_SOURCE_DIR}/test/fuzz/socket_fuzz.js)
    # Steps of the scenarios are a few milliseconds apart.
    set_tests_properties(node/scenarios node/random PROPERTIES RUN_SERIAL ON)
  endif()
  return()
endif()

file(GLOB uvnet_node_programs CONFIGURE_DEPENDS test/node/test-*.js test/node/test-*.mjs)
foreach(program IN LISTS uvnet_node_programs)
  cmake_path(GET program STEM LAST_ONLY name)
  string(REGEX REPLACE "^test-" "" name ${name})
  cmake_path(GET program FILENAME file)
  uvnet_test_node(${name} TIMEOUT 120 COMMAND ${PROJECT_SOURCE_DIR}/test/node/run.js ${file})
endforeach()

uvnet_test_node(scenarios TIMEOUT 600 COMMAND ${PROJECT_SOURCE_DIR}/test/scenario/support/run_addon.js)
uvnet_test_node(random TIMEOUT 300 COMMAND ${PROJECT_SOURCE_DIR}/test/fuzz/socket_fuzz.js)
set_tests_properties(node/scenarios node/random PROPERTIES RUN_SERIAL ON)

# A second libuv on Node's loop is a crash, a second OpenSSL a waste.
find_program(UVNET_READELF readelf)
if(UVNET_READELF)
  add_test(NAME node/needed COMMAND ${UVNET_READELF} -d $<TARGET_FILE:uvnet_node>)
  set_tests_properties(
    node/needed
    PROPERTIES LABELS "node;once" TIMEOUT 60 PASS_REGULAR_EXPRESSION "NEEDED" FAIL_REGULAR_EXPRESSION
               "NEEDED[^\n]*lib(uv|ssl|crypto)")
endif()

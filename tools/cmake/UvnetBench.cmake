# The benchmarks' programs: the server and its twins, the load client, and parts alone (micro).
# bench/run.py drives them. Target uvnet_bench builds all that can be built here.

add_custom_target(uvnet_bench)

# One program of the given sources: target uvnet_bench_NAME, file bench/uvnet-bench-NAME.
function(uvnet_bench_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(uvnet_bench_${name} ${arg_SOURCES})
  target_link_libraries(uvnet_bench_${name} PRIVATE ${arg_LINK})
  set_target_properties(
    uvnet_bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench
                                   OUTPUT_NAME uvnet-bench-${name})
  uvnet_own_code(uvnet_bench_${name})
  add_dependencies(uvnet_bench uvnet_bench_${name})
endfunction()

file(GLOB uvnet_bench_sources CONFIGURE_DEPENDS bench/server/*.cc)
uvnet_bench_program(server SOURCES ${uvnet_bench_sources} LINK uvnet::uvnet)
uvnet_bench_program(uv SOURCES bench/twins/uv.cc LINK libuv::uv)

# The rest speaks to the kernel itself: Linux only.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  file(GLOB uvnet_bench_sources CONFIGURE_DEPENDS bench/load/*.cc)
  uvnet_bench_program(load SOURCES ${uvnet_bench_sources})
  uvnet_bench_program(epoll SOURCES bench/twins/epoll.cc)
  find_package(Threads REQUIRED)
  uvnet_bench_program(queue SOURCES bench/queue/main.cc LINK uvnet::uvnet libuv::uv Threads::Threads)
endif()

find_path(UVNET_ASIO_HEADERS asio.hpp)
mark_as_advanced(UVNET_ASIO_HEADERS)
if(UVNET_ASIO_HEADERS)
  find_package(Threads REQUIRED)
  uvnet_bench_program(asio SOURCES bench/twins/asio.cc LINK Threads::Threads)
  target_include_directories(uvnet_bench_asio SYSTEM PRIVATE ${UVNET_ASIO_HEADERS})
endif()

find_package(benchmark QUIET)
if(benchmark_FOUND)
  file(GLOB uvnet_bench_sources CONFIGURE_DEPENDS bench/micro/*.cc)
  uvnet_bench_program(micro SOURCES ${uvnet_bench_sources} LINK uvnet::uvnet benchmark::benchmark)
endif()

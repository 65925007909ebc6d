# tests.cmake -- tests/<room>/*.cpp -> test_<room>. `tests` builds them all; .build/run_tests.py runs and counts them.
file(GLOB test_rooms RELATIVE ${CMAKE_SOURCE_DIR}/tests LIST_DIRECTORIES true CONFIGURE_DEPENDS tests/*)
list(REMOVE_ITEM test_rooms bench fuzz web)
add_custom_target(tests)
# What there is to run: a room that lost its tests leaves a stale program behind, which must not be counted.
set(test_list ${CMAKE_BINARY_DIR}/tests.txt)
file(WRITE ${test_list} "")

# il_test(<room> <flavour suffix> <links...>)
function(il_test room suffix)
  file(GLOB sources CONFIGURE_DEPENDS tests/${room}/*.cpp)
  if(NOT suffix STREQUAL "_st")
    file(GLOB threaded CONFIGURE_DEPENDS tests/${room}/threaded/*.cpp)
    list(APPEND sources ${threaded})
  endif()
  if(NOT sources)
    return()
  endif()
  set(target test_${room}${suffix})
  add_executable(${target} EXCLUDE_FROM_ALL ${sources})
  target_include_directories(${target} PRIVATE tests)
  # INTERLEAVE_HAS_THREADS: a test that starts a thread begins with `if (!INTERLEAVE_HAS_THREADS) GTEST_SKIP();`.
  set(has_threads 1)
  if(suffix STREQUAL "_st")
    set(has_threads 0)
  endif()
  target_compile_definitions(${target} PRIVATE INTERLEAVE_HAS_THREADS=${has_threads})
  # What GoogleTest's macros do against a dangling else, clang knows and g++ 12 does not.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-dangling-else>)
  # Only for who reads it: a path of this checkout on the command line is never found in ccache by another.
  foreach(source IN LISTS sources)
    file(STRINGS ${source} reads_sources REGEX INTERLEAVE_SOURCE_DIR LIMIT_COUNT 1)
    if(reads_sources)
      set_property(SOURCE ${source} PROPERTY COMPILE_DEFINITIONS INTERLEAVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE ${ARGN} il_flags gtest_main${suffix})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(EMSCRIPTEN)
    # For Node: real files (golden dumps), main in a thread of its own where there are threads.
    # (.js, not .mjs: that would only export a factory that nobody calls.)
    target_compile_options(${target} PRIVATE -O1)
    # Linked at -O0: no wasm-opt, and Emscripten checks its own calls and the stack. The objects are the programs'.
    target_link_options(${target} PRIVATE -O0 -sENVIRONMENT=node,worker -sNODERAWFS=1 -sEXIT_RUNTIME=1 -sSTACK_SIZE=1MB
      -sALLOW_MEMORY_GROWTH=1 --pre-js ${CMAKE_SOURCE_DIR}/.build/node_tests.pre.js)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${CMAKE_SOURCE_DIR}/.build/node_tests.pre.js)
    if(suffix STREQUAL "_mt")
      target_compile_options(${target} PRIVATE -pthread)
      target_link_options(${target} PRIVATE -pthread -sPROXY_TO_PTHREAD=1 -sPTHREAD_POOL_SIZE=4 -sPTHREAD_POOL_SIZE_STRICT=0
        -sDEFAULT_PTHREAD_STACK_SIZE=256KB -sMALLOC=mimalloc -sALLOW_MEMORY_GROWTH=0 -sINITIAL_MEMORY=512MB)
    endif()
  endif()
  add_dependencies(tests ${target})
  file(APPEND ${test_list} "${CMAKE_BINARY_DIR}/tests/${target}${CMAKE_EXECUTABLE_SUFFIX}\n")
endfunction()

foreach(room IN LISTS test_rooms)
  if(EMSCRIPTEN AND room IN_LIST rooms_of_mt)
    il_test(${room} _st il_${room}_st)
    il_test(${room} _mt il_${room}_mt)
  elseif(NOT EMSCRIPTEN)
    if(TARGET il_${room})
      il_test(${room} "" il_${room})
    elseif(room STREQUAL "conformance")
      il_test(${room} "" il_platform)   # whole runs, of scripts and of lessons
    else()
      il_test(${room} "")   # layering, or whatever else reads files only
    endif()
  endif()
endforeach()

if(INTERLEAVE_SANITIZE MATCHES thread)
  set_property(SOURCE tests/runtime/counted_memory.cpp APPEND PROPERTY COMPILE_DEFINITIONS "INTERLEAVE_WEAK=[[gnu::weak]]")
endif()

# The executors' tests in a browser as well: the same objects, as a module that a page runs (tests/web/contract.spec.mjs).
if(TARGET test_runtime_mt)
  add_executable(page_test_runtime EXCLUDE_FROM_ALL $<TARGET_OBJECTS:test_runtime_mt>)
  target_link_libraries(page_test_runtime PRIVATE il_runtime_mt il_flags gtest_main_mt)
  target_link_options(page_test_runtime PRIVATE -O0 -pthread -sPROXY_TO_PTHREAD=1 -sPTHREAD_POOL_SIZE=4 -sPTHREAD_POOL_SIZE_STRICT=0
    -sMODULARIZE=1 -sEXPORT_ES6=1 -sEXIT_RUNTIME=1 -sENVIRONMENT=web,worker -sSTACK_SIZE=1MB -sDEFAULT_PTHREAD_STACK_SIZE=256KB
    -sMALLOC=mimalloc -sALLOW_MEMORY_GROWTH=0 -sINITIAL_MEMORY=512MB)
  set_target_properties(page_test_runtime PROPERTIES SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endif()

# tests/platform runs the program itself, too.
if(TARGET test_platform)
  add_dependencies(test_platform interleave)
  target_compile_definitions(test_platform PRIVATE INTERLEAVE_BIN="$<TARGET_FILE:interleave>")
endif()

# Programs that libFuzzer drives; .build/fuzz.py runs them. Their rooms say which code was reached, so they are built apart.
if(INTERLEAVE_SANITIZE MATCHES fuzzer)
  add_custom_target(fuzzers)
  file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*_fuzz.cpp)
  foreach(source IN LISTS fuzz_sources)
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${source})
    target_include_directories(fuzz_${name} PRIVATE tests)
    target_link_libraries(fuzz_${name} PRIVATE il_trace il_script il_runtime il_workloads il_flags)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
    add_dependencies(fuzzers fuzz_${name})
  endforeach()
endif()

# Programs that measure: no assertions, no sanitizers, never part of `tests`. In wasm those that need nothing of a platform's,
# as modules that run in Node and in a browser alike (tests/bench/wasm.mjs), with the engine's own flags.
if(EMSCRIPTEN)
  add_custom_target(bench)
  foreach(name IN ITEMS executor_bench fork_join_bench lod_bench sync_bench)
    add_executable(bench_${name} EXCLUDE_FROM_ALL tests/bench/${name}.cpp)
    target_link_libraries(bench_${name} PRIVATE il_runtime_mt il_view_mt fmt::fmt)
    target_compile_options(bench_${name} PRIVATE -O3 -pthread)
    target_link_options(bench_${name} PRIVATE -O3 -pthread -sPROXY_TO_PTHREAD=1 -sPTHREAD_POOL_SIZE=4 -sPTHREAD_POOL_SIZE_STRICT=0
      -sMODULARIZE=1 -sEXPORT_ES6=1 -sEXIT_RUNTIME=1 -sENVIRONMENT=web,worker,node -sSTACK_SIZE=1MB -sDEFAULT_PTHREAD_STACK_SIZE=1MB
      -sMALLOC=mimalloc -sINITIAL_MEMORY=1536MB -sALLOW_MEMORY_GROWTH=0)
    set_target_properties(bench_${name} PROPERTIES SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    add_dependencies(bench bench_${name})
  endforeach()
endif()
if(NOT EMSCRIPTEN)
  find_package(benchmark QUIET)
  find_package(TBB QUIET)   # a peer of fork_join_bench
  find_path(ASIO_INCLUDE asio.hpp)   # of round_trip_bench and echo_bench
  add_custom_target(bench)
  file(GLOB bench_sources CONFIGURE_DEPENDS tests/bench/*.cpp)
  foreach(source IN LISTS bench_sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
    target_link_libraries(bench_${name} PRIVATE il_platform)
    if(TARGET benchmark::benchmark)
      target_link_libraries(bench_${name} PRIVATE benchmark::benchmark)
    endif()
    if(TARGET TBB::tbb AND name STREQUAL "fork_join_bench")
      target_link_libraries(bench_${name} PRIVATE TBB::tbb)
      target_compile_definitions(bench_${name} PRIVATE INTERLEAVE_BENCH_TBB)
    endif()
    if(ASIO_INCLUDE AND name MATCHES "^(round_trip|echo)_bench$")
      target_compile_definitions(bench_${name} PRIVATE INTERLEAVE_BENCH_ASIO ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)   # it looks for those of a standard library of its time
    endif()
    if(name STREQUAL "fork_join_bench")   # in wasm there are no cores to leave
      target_compile_definitions(bench_${name} PRIVATE INTERLEAVE_BENCH_CORES)
    endif()
    file(STRINGS ${source} reads_sources REGEX INTERLEAVE_SOURCE_DIR LIMIT_COUNT 1)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    if(reads_sources)
      target_compile_definitions(bench_${name} PRIVATE INTERLEAVE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    endif()
    set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
    add_dependencies(bench bench_${name})
  endforeach()
endif()

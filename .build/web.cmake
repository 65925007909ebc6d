# web.cmake -- the page's three programs, in build/web/programs: ui (single-threaded, on the page's main thread) and the engine
# twice, engine-st without threads and engine-mt with them. One binary cannot be both (WEB.md 0.1).
#   src/platform/web/ui_*.cpp, src/platform/shell/*.cpp   -> ui
#   src/platform/web/engine_*.cpp, src/platform/engine/*.cpp -> both engines, except
#   src/platform/web/engine_st*.cpp, engine_mt*.cpp       -> that one only

# What the page calls. C names, without the underscore that Emscripten wants. (EMSCRIPTEN_KEEPALIVE works as well.)
set(ui_exports main)
set(engine_exports main malloc free)
# What of Emscripten's own runtime the page uses.
set(ui_runtime_exports HEAPU8 stringToNewUTF8 UTF8ToString)
set(engine_runtime_exports HEAPU8 wasmMemory stringToNewUTF8 UTF8ToString)

function(il_web_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;EXPORTS;RUNTIME_EXPORTS;LINKS;COMPILE;LINK_FLAGS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  target_compile_options(${name} PRIVATE ${arg_COMPILE})
  list(TRANSFORM arg_EXPORTS PREPEND "_")
  list(JOIN arg_EXPORTS "," exports)
  list(JOIN arg_RUNTIME_EXPORTS "," runtime_exports)
  target_link_options(${name} PRIVATE ${arg_COMPILE} ${arg_LINK_FLAGS}
    -sMODULARIZE=1 -sEXPORT_ES6=1 -sEXIT_RUNTIME=0 -sDYNAMIC_EXECUTION=0 -sTRUSTED_TYPES=1
    -sEXPORTED_FUNCTIONS=${exports} -sEXPORTED_RUNTIME_METHODS=${runtime_exports})
  set_target_properties(${name} PROPERTIES SUFFIX .mjs RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/programs)
endfunction()

file(GLOB shell_sources CONFIGURE_DEPENDS src/platform/shell/*.cpp)
file(GLOB ui_sources CONFIGURE_DEPENDS src/platform/web/ui_*.cpp)
file(GLOB engine_sources CONFIGURE_DEPENDS src/platform/web/engine_*.cpp src/platform/engine/*.cpp)
set(st_sources ${engine_sources})
set(mt_sources ${engine_sources})
list(FILTER st_sources EXCLUDE REGEX "/engine_mt[^/]*$")
list(FILTER mt_sources EXCLUDE REGEX "/engine_st[^/]*$")

il_web_program(ui
  SOURCES ${ui_sources} ${shell_sources} ${generated_for_shell}
  LINKS il_ui_st imgui imgui_backends il_sdl2 il_trace_st il_script_st il_workloads_st il_view_st nlohmann_json::nlohmann_json fmt::fmt
  EXPORTS ${ui_exports} RUNTIME_EXPORTS ${ui_runtime_exports}
  COMPILE -O2
  LINK_FLAGS -sENVIRONMENT=web -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2 -sALLOW_MEMORY_GROWTH=1 -sINITIAL_MEMORY=32MB
    -sSTACK_SIZE=1MB -sFILESYSTEM=0)
# "gl_api.h" is this platform's: the only header that differs between here and the desktop.
target_include_directories(ui PRIVATE src/platform/web)

il_web_program(engine-st
  SOURCES ${st_sources}
  LINKS il_trace_st il_script_st il_runtime_st il_workloads_st nlohmann_json::nlohmann_json fmt::fmt
  EXPORTS ${engine_exports} RUNTIME_EXPORTS ${engine_runtime_exports}
  COMPILE -O3
  LINK_FLAGS -sENVIRONMENT=web,worker,node -sALLOW_MEMORY_GROWTH=1 -sABORTING_MALLOC=0 -sSTACK_SIZE=256KB)

# Fixed memory: growing shared memory fails on iOS (WEB.md 0.6). Not mimalloc: it takes 4 MB for each thread that allocates, so 100
# threads ended in an abort; dlmalloc's one lock is not felt, since a run allocates little.
il_web_program(engine-mt
  SOURCES ${mt_sources}
  LINKS il_trace_mt il_script_mt il_runtime_mt il_workloads_mt nlohmann_json::nlohmann_json fmt::fmt
  EXPORTS ${engine_exports} RUNTIME_EXPORTS ${engine_runtime_exports}
  COMPILE -O3 -pthread
  LINK_FLAGS -sPROXY_TO_PTHREAD=1 -sPTHREAD_POOL_SIZE=4 -sPTHREAD_POOL_SIZE_STRICT=0 -sALLOW_BLOCKING_ON_MAIN_THREAD=0
    -sENVIRONMENT=web,worker,node -sINITIAL_MEMORY=96MB -sALLOW_MEMORY_GROWTH=0 -sABORTING_MALLOC=0
    -sSTACK_SIZE=256KB -sDEFAULT_PTHREAD_STACK_SIZE=128KB)

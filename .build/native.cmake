# native.cmake -- the desktop program and command line: build/native/interleave.
# il_platform is all of it but main.cpp, so that tests/platform can link it.
find_package(OpenGL REQUIRED)
find_package(CURL REQUIRED)
find_package(PNG REQUIRED)   # --screenshot
find_package(PkgConfig REQUIRED)
pkg_check_modules(libevent REQUIRED IMPORTED_TARGET libevent_extra libevent_core)   # the server behind request()
FetchContent_Declare(CLI11 GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.3.2 FIND_PACKAGE_ARGS)
FetchContent_MakeAvailable(CLI11)

file(GLOB shell_sources CONFIGURE_DEPENDS src/platform/shell/*.cpp)
file(GLOB native_sources CONFIGURE_DEPENDS src/platform/native/*.cpp src/platform/engine/*.cpp)
list(REMOVE_ITEM native_sources ${CMAKE_SOURCE_DIR}/src/platform/native/main.cpp)

# --version names the commit: made again when HEAD moves, which git writes into its log.
find_program(INTERLEAVE_GIT git)
set(head_log "")
if(INTERLEAVE_GIT)
  execute_process(COMMAND ${INTERLEAVE_GIT} -C ${CMAKE_SOURCE_DIR} rev-parse --absolute-git-dir OUTPUT_VARIABLE git_dir ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(git_dir AND EXISTS ${git_dir}/logs/HEAD)
    set(head_log ${git_dir}/logs/HEAD)
  endif()
endif()
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/generated/version.cpp DEPENDS ${head_log} .build/version.cmake
  COMMAND ${CMAKE_COMMAND} -DVERSION=${PROJECT_VERSION} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUT=${CMAKE_BINARY_DIR}/generated/version.cpp -P ${CMAKE_SOURCE_DIR}/.build/version.cmake
  VERBATIM)

add_library(il_platform STATIC ${shell_sources} ${native_sources} ${generated_for_shell} ${CMAKE_BINARY_DIR}/generated/version.cpp)
# "gl_api.h" is this platform's: the only header that differs between here and the page.
target_include_directories(il_platform PUBLIC src/platform/native)
target_link_libraries(il_platform PUBLIC il_trace il_script il_runtime il_workloads il_view il_ui imgui imgui_backends
  il_sdl2 OpenGL::GL CURL::libcurl PNG::PNG PkgConfig::libevent CLI11::CLI11 nlohmann_json::nlohmann_json fmt::fmt)

add_executable(interleave src/platform/native/main.cpp)
target_link_libraries(interleave PRIVATE il_platform)
set_target_properties(interleave PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

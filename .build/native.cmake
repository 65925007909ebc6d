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

add_library(il_platform STATIC ${shell_sources} ${native_sources} ${generated_for_shell})
# "gl_api.h" is this platform's: the only header that differs between here and the page.
target_include_directories(il_platform PUBLIC src/platform/native)
target_link_libraries(il_platform PUBLIC il_trace il_script il_runtime il_workloads il_view il_ui imgui imgui_backends
  il_sdl2 OpenGL::GL CURL::libcurl PNG::PNG PkgConfig::libevent CLI11::CLI11 nlohmann_json::nlohmann_json fmt::fmt)

add_executable(interleave src/platform/native/main.cpp)
target_link_libraries(interleave PRIVATE il_platform)
set_target_properties(interleave PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

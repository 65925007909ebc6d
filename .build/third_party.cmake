# third_party.cmake -- libraries that are not ours. Debian's where find_package sees them, else fetched at the revision named.
# build.sh passes FETCHCONTENT_SOURCE_DIR_IMGUI and, for the web, INTERLEAVE_HEADERS and SDL2_DIR from its cache.
include(FetchContent)
set(FETCHCONTENT_QUIET ON)

if(EMSCRIPTEN AND INTERLEAVE_HEADERS)
  # Debian's header-only copies; /usr/include itself would shadow Emscripten's C library.
  foreach(name IN ITEMS fmt::fmt nlohmann_json::nlohmann_json)
    add_library(${name} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${name} SYSTEM INTERFACE ${INTERLEAVE_HEADERS})
  endforeach()
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
else()
  FetchContent_Declare(fmt GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 9.1.0 FIND_PACKAGE_ARGS)
  FetchContent_Declare(nlohmann_json GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.2 FIND_PACKAGE_ARGS)
  FetchContent_MakeAvailable(fmt nlohmann_json)
endif()

# GoogleTest is compiled in every build directory: with its compiler, its sanitizer, its flavour.
if(EXISTS /usr/src/googletest/CMakeLists.txt AND NOT FETCHCONTENT_SOURCE_DIR_GOOGLETEST)
  set(FETCHCONTENT_SOURCE_DIR_GOOGLETEST /usr/src/googletest)
endif()
FetchContent_Declare(googletest GIT_REPOSITORY https://github.com/google/googletest.git GIT_TAG v1.14.0)
FetchContent_GetProperties(googletest)
if(NOT googletest_POPULATED)
  FetchContent_Populate(googletest)
endif()
foreach(flavour IN LISTS flavours)
  string(REGEX REPLACE "^_$" "" suffix "${flavour}")
  add_library(gtest_main${suffix} STATIC EXCLUDE_FROM_ALL
    ${googletest_SOURCE_DIR}/googletest/src/gtest-all.cc ${googletest_SOURCE_DIR}/googletest/src/gtest_main.cc)
  target_include_directories(gtest_main${suffix} SYSTEM PUBLIC ${googletest_SOURCE_DIR}/googletest/include)
  target_include_directories(gtest_main${suffix} PRIVATE ${googletest_SOURCE_DIR}/googletest)
  if(EMSCRIPTEN)
    target_compile_options(gtest_main${suffix} PRIVATE -fwasm-exceptions)
  else()
    target_link_libraries(gtest_main${suffix} PUBLIC Threads::Threads)
  endif()
  if(suffix STREQUAL "_mt")
    target_compile_options(gtest_main${suffix} PRIVATE -pthread)
  endif()
endforeach()

# SDL2: Debian's natively; for the web our own build of it in the cache. Emscripten's port downloads: not used.
if(EMSCRIPTEN)
  FetchContent_Declare(SDL2 GIT_REPOSITORY https://github.com/libsdl-org/SDL.git GIT_TAG release-2.32.4
    FIND_PACKAGE_ARGS CONFIG NO_CMAKE_FIND_ROOT_PATH)
else()
  FetchContent_Declare(SDL2 GIT_REPOSITORY https://github.com/libsdl-org/SDL.git GIT_TAG release-2.32.4
    FIND_PACKAGE_ARGS CONFIG)
endif()
FetchContent_MakeAvailable(SDL2)
# One name for what we link: static on the web, shared on a desktop.
add_library(il_sdl2 INTERFACE)
if(EMSCRIPTEN)
  target_link_libraries(il_sdl2 INTERFACE SDL2::SDL2-static)
else()
  target_link_libraries(il_sdl2 INTERFACE SDL2::SDL2)
endif()

# Dear ImGui has no build of its own: the core, and (imgui_backends) its SDL2 and GL parts. 1.92 for fonts at any scale.
FetchContent_Declare(imgui GIT_REPOSITORY https://github.com/ocornut/imgui.git GIT_TAG v1.92.1)
FetchContent_GetProperties(imgui)
if(NOT imgui_POPULATED)
  FetchContent_Populate(imgui)
endif()
add_library(imgui STATIC EXCLUDE_FROM_ALL ${imgui_SOURCE_DIR}/imgui.cpp ${imgui_SOURCE_DIR}/imgui_draw.cpp
  ${imgui_SOURCE_DIR}/imgui_tables.cpp ${imgui_SOURCE_DIR}/imgui_widgets.cpp)
target_include_directories(imgui SYSTEM PUBLIC ${imgui_SOURCE_DIR})
target_compile_definitions(imgui PUBLIC IMGUI_DISABLE_OBSOLETE_FUNCTIONS IMGUI_DISABLE_DEMO_WINDOWS)
add_library(imgui_backends STATIC EXCLUDE_FROM_ALL ${imgui_SOURCE_DIR}/backends/imgui_impl_sdl2.cpp
  ${imgui_SOURCE_DIR}/backends/imgui_impl_opengl3.cpp)
target_include_directories(imgui_backends SYSTEM PUBLIC ${imgui_SOURCE_DIR}/backends)
target_link_libraries(imgui_backends PUBLIC imgui il_sdl2)
if(EMSCRIPTEN)
  target_compile_definitions(imgui_backends PUBLIC IMGUI_IMPL_OPENGL_ES3)
  target_compile_options(imgui PRIVATE -O2 -fwasm-exceptions)
  target_compile_options(imgui_backends PRIVATE -O2 -fwasm-exceptions)
endif()

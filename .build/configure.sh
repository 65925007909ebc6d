# configure.sh -- one CMake build directory per kind of build, configured once. Sourced by build.sh.

# Objects are shared between checkouts: ccache sees paths relative to the checkout. The variables are part of the launcher,
# so that a plain `ninja` in a build directory hits the same cache.
ccache_launcher() {
  has ccache || return 0
  printf 'env;CCACHE_DIR=%s;CCACHE_BASEDIR=%s;CCACHE_NOHASHDIR=1;CCACHE_SLOPPINESS=time_macros' "$cache/ccache" "$root"
}

ninja_in() {
  local where=$root/build/$1; shift
  nice ninja -C "$where" -j "$jobs" --quiet "$@" >&2
}

# configure <folder> <cmake arguments...>: runs CMake when the arguments or it are new. What CMake files say, ninja watches.
configure() {
  local where=$root/build/$1; shift
  local arguments="$*"
  [ -e "$where/build.ninja" ] && [ "$(cat "$where/.arguments" 2>/dev/null)" = "$arguments" ] && return 0
  say "Configuring ${where#"$root/"}"
  mkdir -p "$where"
  "$@" -S "$root" -B "$where" -G Ninja --log-level=WARNING >"$where/configure.log" 2>&1 ||
    { cat "$where/configure.log" >&2; fail "CMake failed in $where"; }
  printf '%s' "$arguments" > "$where/.arguments"
}

# configure_native native|asan|tsan|gcc|fuzz
configure_native() {
  need_packages $native_packages
  provide_sources
  local compiler=${CXX:-clang++-19} options=()
  has "$compiler" || compiler=c++
  # For builds that only look for faults: -O2 -g takes a third longer to compile with tsan, twice as long with g++.
  local quick="-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1"
  case $1 in
    asan) options+=(-DINTERLEAVE_SANITIZE=address,undefined "$quick") ;;
    tsan) options+=(-DINTERLEAVE_SANITIZE=thread "$quick") ;;
    fuzz) options+=(-DINTERLEAVE_SANITIZE=address,undefined,fuzzer-no-link) ;;
    gcc)  compiler=g++; options+=("$quick -foptimize-sibling-calls") ;;   # a coroutine that ends in another leaves the stack
  esac
  local c_compiler=${compiler/clang++/clang}; c_compiler=${c_compiler/g++/gcc}; [ "$compiler" != c++ ] || c_compiler=cc
  local launcher; launcher=$(ccache_launcher); [ -z "$launcher" ] || launcher="$launcher;ccache"
  [ ! -e "$sources/imgui/imgui.h" ] || options+=("-DFETCHCONTENT_SOURCE_DIR_IMGUI=$sources/imgui")
  configure "$1" cmake -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_C_COMPILER=$c_compiler" \
    "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher" "-DCMAKE_C_COMPILER_LAUNCHER=$launcher" "${options[@]}"
}

configure_web() {
  need_packages $native_packages   # CMake, ninja, fonts
  provide_sources
  provide_headers
  provide_emscripten
  # emcc starts Python for every file; a shim in front of it (pyenv's takes 0.8 s) would be started as often.
  export EMSDK_PYTHON=${EMSDK_PYTHON:-$(python3 -c 'import sys; print(sys.executable)')}
  provide_sdl_web
  local options=() launcher; launcher=$(ccache_launcher)
  # emcc is a Python program that calls clang: ccache goes between the two.
  [ -z "$launcher" ] || launcher="$launcher;EM_COMPILER_WRAPPER=$(command -v ccache)"
  [ ! -e "$sources/imgui/imgui.h" ] || options+=("-DFETCHCONTENT_SOURCE_DIR_IMGUI=$sources/imgui")
  [ ! -e "$headers/done" ] || options+=("-DINTERLEAVE_HEADERS=$headers")
  [ -z "$sdl_web" ] || options+=("-DSDL2_DIR=$sdl_web/lib/cmake/SDL2")
  configure web "$emscripten/emcmake" cmake -DCMAKE_BUILD_TYPE=Release "-DCMAKE_CXX_COMPILER_LAUNCHER=$launcher" \
    "-DCMAKE_C_COMPILER_LAUNCHER=$launcher" "${options[@]}"
}

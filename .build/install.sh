# install.sh -- gets everything that a build needs and the machine lacks. Sourced by build.sh.
#
# System packages come by name from the machine's own package manager. What must be newer than the machine's
# (Emscripten 3.1.69, Dear ImGui 1.92, SDL2 2.32 for the web) is unpacked privately under $cache and never installed
# system-wide. Each provide_* function is done in milliseconds when its stamp is there, so every command may call it.

native_packages="g++ clang-19 libclang-rt-19-dev cmake ninja-build ccache pkg-config python3 fonttools fonts-inter fonts-jetbrains-mono
  libsdl2-dev libgl-dev libcurl4-openssl-dev libevent-dev libpng-dev nlohmann-json3-dev libcli11-dev libfmt-dev libgtest-dev googletest libbenchmark-dev libtbb-dev libasio-dev"
web_packages="clang-19 lld-19 llvm-19 node-acorn xz-utils"
page_packages="chromium libgl1-mesa-dri brotli"

emscripten_wanted=3.1.69
toolchain=$cache/emscripten-debian-1   # raise the number when provide_emscripten changes what it leaves
sources=$cache/sources-1
headers=$cache/headers-1

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
is_debian() { has apt-get && has dpkg-query; }

# once <stamp> <command>: runs the command, with the cache to itself (several checkouts may be building at once), unless the
# stamp is there. The command leaves the stamp.
once() {
  [ ! -e "$1" ] || return 0
  mkdir -p "$cache"
  ( if has flock; then flock 9; fi
    [ -e "$1" ] || "$2" ) 9>"$cache/lock"
}

# --- system packages ---------------------------------------------------------------------------------------------------

need_packages() {
  is_debian || return 0   # elsewhere CMake names what it cannot find
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  # Node from elsewhere (nodesource, nvm) is as good as Debian's, which would fight with it.
  has node || missing+=(nodejs); has npm || missing+=(npm)
  [ ${#missing[@]} -gt 0 ] || return 0
  local root=()
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "These packages are missing and neither root nor sudo is at hand to install them: ${missing[*]}"
    root=(sudo)
  fi
  say "Installing ${missing[*]}"
  local options=(-o DPkg::Lock::Timeout=600 -qq)
  "${root[@]}" apt-get "${options[@]}" update >&2 || true   # a dead third-party list must not stop us
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "${missing[@]}" >&2 ||
    fail "apt-get could not install: ${missing[*]}"
}

# --- newer Debian packages, privately ----------------------------------------------------------------------------------

# apt-get with a configuration of its own: the machine's Debian mirror, newer suites, lists and archives in $cache/apt.
private_apt() {
  local dir=$cache/apt mirror key=/usr/share/keyrings/debian-archive-keyring.gpg
  if [ ! -e "$dir/sources.list" ]; then
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null |
             awk '$3 == "Debian" && $2 !~ /-/ {print $1; exit}')
    [ -n "$mirror" ] || mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
             awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}')
    [ -n "$mirror" ] || fail "No Debian mirror in apt's configuration. Install Emscripten $emscripten_wanted or later and put emcc on PATH."
    mkdir -p "$dir/lists/partial" "$dir/archives/partial"
    printf '%s [signed-by=%s] %s %s main\n' deb "$key" "$mirror" trixie  deb-src "$key" "$mirror" trixie \
      deb-src "$key" "$mirror" sid > "$dir/sources.list"
  fi
  apt-get -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$dir/lists" \
    -o Dir::Cache="$dir" -o Dir::Cache::archives="$dir/archives" -o APT::Sandbox::User=root "$@" >&2
}

private_apt_update() {
  [ -n "${lists_are_fresh:-}" ] || private_apt update || fail "apt could not read the newer suites; see above."
  lists_are_fresh=1
}

# Dear ImGui and SDL2 as source. Leaves $sources/imgui and $sources/SDL2. Elsewhere CMake's FetchContent gets them.
provide_sources() { if is_debian; then once "$sources/done" get_sources; fi; }
get_sources() {
  say "Getting the sources of Dear ImGui and SDL2 (once)"
  private_apt_update
  rm -rf "$sources" && mkdir -p "$sources" && cd "$sources"
  private_apt source --download-only imgui/sid libsdl2/trixie || fail "apt could not get the sources of imgui and libsdl2."
  local archive
  for archive in imgui_*.orig.tar.* libsdl2_*.orig.tar.*; do case $archive in *.asc) ;; *) tar xf "$archive";; esac; done
  rm -f ./*.tar.* ./*.dsc
  ln -s imgui-*/ imgui && ln -s SDL2-*/ SDL2
  echo "$(echo imgui-*/ SDL2-*/)" > done
  say "Have $(cat done)"
}

# Header-only libraries for emcc, which must not see the rest of /usr/include.
provide_headers() { once "$headers/done" copy_headers; }
copy_headers() {
  [ -d /usr/include/nlohmann ] && [ -d /usr/include/fmt ] && [ -d /usr/include/CLI ] || return 0   # FetchContent, then
  mkdir -p "$headers" && cp -rL /usr/include/nlohmann /usr/include/fmt /usr/include/CLI "$headers/" && touch "$headers/done"
}

# --- Emscripten --------------------------------------------------------------------------------------------------------

version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Sets $emscripten to the folder that has emcc: the one on PATH where it is new enough, else a private one.
provide_emscripten() {
  local found
  if has emcc; then
    found=$(emcc --version 2>/dev/null | sed -nE '1s/.* ([0-9]+\.[0-9]+\.[0-9]+).*/\1/p')
    if [ -n "$found" ] && version_at_least "$emscripten_wanted" "$found"; then
      emscripten=$(dirname "$(readlink -f "$(command -v emcc)")"); emscripten_version=$found; return 0
    fi
  fi
  is_debian || fail "Emscripten $emscripten_wanted or later is needed. Install emsdk and put emcc on PATH."
  emscripten=$toolchain/root/usr/share/emscripten; emscripten_version=debian
  need_packages $web_packages
  once "$toolchain/done" get_emscripten
}

get_emscripten() {
  say "Getting Emscripten $emscripten_wanted (once, about 250 MB)"
  private_apt_update
  rm -rf "$toolchain" && mkdir -p "$toolchain/debs" "$toolchain/binaryen/bin" "$toolchain/root" && cd "$toolchain/debs"
  private_apt download emscripten binaryen libc6 libstdc++6 libgcc-s1 || fail "apt could not download Emscripten."
  local deb tool name finish
  for deb in *.deb; do dpkg -x "$deb" "$toolchain/root"; done
  cd "$toolchain" && rm -rf debs root/usr/share/doc root/usr/share/man root/usr/share/locale

  # Binaryen wants a newer libc than Debian 12's: run it through the unpacked loader.
  # wasm-emscripten-finalize prints metadata that nobody reads.
  for tool in root/usr/bin/wasm*; do
    name=$(basename "$tool"); finish=; [ "$name" != wasm-emscripten-finalize ] || finish=' >/dev/null'
    printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"%s\n' "$toolchain/root/usr/lib64/ld-linux-x86-64.so.2" \
      "$toolchain/root/usr/lib/x86_64-linux-gnu" "$toolchain/$tool" "$finish" > "binaryen/bin/$name"
    chmod +x "binaryen/bin/$name"
  done
  mkdir -p "$emscripten/node_modules" && ln -sfn /usr/share/nodejs/acorn "$emscripten/node_modules/acorn"
  # Beside emcc it is found without any variable, so `ninja -C build/web` works from any shell.
  cat > "$emscripten/.emscripten" <<CONFIG
import os
LLVM_ROOT = '/usr/bin'
CLANG_ADD_VERSION = '19'
LLVM_ADD_VERSION = '19'
BINARYEN_ROOT = '$toolchain/binaryen'
NODE_JS = '$(command -v node)'
CACHE = '$emscripten/cache'
FROZEN_CACHE = True
CONFIG
  "$emscripten/emcc" --version | head -n 1 >&2 || fail "The unpacked Emscripten does not start."
  touch "$toolchain/done"
}

# SDL2 for the web, built once. Leaves an install prefix in $sdl_web. Nearly all of its time is CMake's checks.
# Elsewhere CMake's FetchContent builds it in build/web. After provide_emscripten.
provide_sdl_web() {
  sdl_web=
  [ -e "$sources/SDL2/CMakeLists.txt" ] || return 0
  sdl_web=$cache/sdl2-web-$emscripten_version-1
  once "$sdl_web/done" build_sdl_web
}

build_sdl_web() {
  say "Building SDL2 for the web (once, a few minutes)"
  local build=$cache/sdl2-web-build
  rm -rf "$build" "$sdl_web"
  "$emscripten/emcmake" cmake -S "$sources/SDL2/" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$sdl_web" \
    -DSDL_SHARED=OFF -DSDL_STATIC=ON -DSDL_TEST=OFF -DSDL_AUDIO=OFF -DSDL_HAPTIC=OFF -DSDL_JOYSTICK=OFF -DSDL_SENSOR=OFF \
    -DSDL_PTHREADS=OFF -DSDL_THREADS=OFF -DSDL2_DISABLE_INSTALL=OFF >"$cache/sdl2-web.log" 2>&1 &&
    nice ninja -C "$build" -j2 install >>"$cache/sdl2-web.log" 2>&1 || fail "SDL2 did not build; see $cache/sdl2-web.log"
  rm -rf "$build" && touch "$sdl_web/done"
}

# --- the page's code editor ---------------------------------------------------------------------------------------------

# CodeMirror and web/code_editor.js in one file. Sets $editor to it; empty where npm gave nothing: the page has a plain editor, too.
# In the cache, by what it is made of, so that nobody bundles the same twice.
provide_editor() {
  local made_of; made_of=$(cat "$root"/web/{package-lock.json,code_editor.js} "$root/.build/install.sh" | cksum | tr -c '0-9\n' -)
  editor=$cache/editor/$made_of/code_editor.mjs
  once "$editor" bundle_editor || { say "The page's editor could not be bundled; it will be a plain one."; editor=; }
}
bundle_editor() {
  say "Bundling the page's editor (once)"
  local packages=$cache/editor/npm
  rm -rf "$packages" && mkdir -p "$packages" "${editor%/*}"
  cp "$root"/web/{package.json,package-lock.json,.npmrc} "$packages/"
  ( cd "$packages" && npm ci --no-audit --no-fund --prefer-offline --ignore-scripts ) >"$packages/npm.log" 2>&1 || { tail -n 5 "$packages/npm.log" >&2; return 1; }
  NODE_PATH=$packages/node_modules "$packages/node_modules/.bin/esbuild" "$root/web/code_editor.js" --bundle --minify --format=esm \
    --target=es2022 --banner:js="/* CodeMirror and Lezer:
$(cat "$packages/node_modules/@codemirror/view/LICENSE") */" --log-level=warning --outfile="$editor.new" >&2 && mv "$editor.new" "$editor"
}

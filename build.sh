#!/usr/bin/env bash
# build.sh -- the one command. `./build.sh help` says what it can do; .build/ has the parts.
#
# Everything it downloads or builds for others lives in $cache, outside the checkout, so a fresh clone reuses it.
# Everything it builds of ours lives in build/ and dist/. A second call does nothing twice.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/interleave
jobs=${JOBS:-$( (nproc || sysctl -n hw.ncpu || echo 2) 2>/dev/null | head -n 1)}
. "$root/.build/install.sh"
. "$root/.build/configure.sh"

help() {
  cat <<HELP
./build.sh run              build what is missing, serve dist/ and print its address
./build.sh test [SUITE...]  all of $all_suites, or those named
./build.sh test-room ROOM   native tests of one room (trace, script, runtime, ...), quickly
./build.sh check            the quick subset: native tests, layering, no registry named in the repository
./build.sh desktop          build and open the native window (arguments go to it: ./build.sh desktop list)
./build.sh dist             leave dist/, which any static host can serve
./build.sh bench [NAME...]  build and run tests/bench and make a table of it; of the places native, node and chromium all or those
                            named; page: tests/web/measure.mjs in Chromium
./build.sh soak [MINUTES]   2,000 made programs against CPython; each fuzzer for so long; then the runtime's tests under
                            ThreadSanitizer, shuffled, again and again for so long (default 10 minutes each); then counts
./build.sh soak counts      those alone: 10^7 schedules, 10^8 tasks and 10^6 starts and ends under ThreadSanitizer, 10^3 of
                            processes and 10^3 in wasm. SOAK_SHARE=100 does a hundredth of each
./build.sh fuzz [SECONDS]   the fuzzers alone (default 60)
./build.sh configure        configure build/native, build/web and the sanitizers' folders, build nothing
./build.sh clean            remove build/ and dist/ (the cache stays in $cache)

After \`configure\`, plain ninja is enough: ninja -C build/native test_trace && build/native/tests/test_trace
CXX chooses the native compiler (default clang++-19), JOBS the parallel jobs, PORT where \`run\` starts to look for a port.
HELP
}

# --- what can be built -------------------------------------------------------------------------------------------------

build_native() { configure_native native; ninja_in native "${@:-all}"; }
build_web()    { configure_web; ninja_in web "${@:-all}"; }

dist() {
  build_web
  provide_editor
  local out=$root/dist
  rm -rf "$out.new" && mkdir -p "$out.new"
  # The page's own files, but not what only its tests need.
  ( cd "$root/web" && find . -type f ! -path '*/node_modules/*' ! -name 'package*.json' ! -name '.npmrc' ! -name '*.md' ! -name code_editor.js -print0 |
    xargs -0 tar cf - ) | tar xf - -C "$out.new"
  cp "$root"/build/web/programs/*.{mjs,wasm} "$out.new/"
  [ -z "$editor" ] || cp "$editor" "$out.new/"
  # The lessons as files, with the module that runs them under CPython.
  mkdir "$out.new/workloads" && cp "$root"/src/workloads/*.py "$out.new/workloads/"
  python3 "$root/.build/lesson_titles.py" "$root/src/workloads" > "$out.new/lessons.json"   # for the embed's poster
  rm -rf "$out" && mv "$out.new" "$out"
}

# --- suites: each leaves a line "name passed failed" in build/results ----------------------------------------------------

all_suites="native asan tsan gcc wasm fuzz counts pages"

run_tests() { python3 "$root/.build/run_tests.py" "$root/build/results" "$@"; }

suite_native() { build_native all tests; run_tests native $(tests_in native); }
# layering reads files, schedules explores a model of its own, slowly: neither has more to say in another build.
suite_asan() { rebuilt asan trace script runtime workloads view ui platform conformance; }
suite_tsan() { rebuilt tsan trace script runtime platform; }   # the rooms whose tests start threads
suite_gcc()  { rebuilt gcc  trace script runtime workloads view ui platform; }   # another compiler's opinion
suite_wasm() { build_web tests; "$root/.build/thunks.py" "$root/build/web"; run_tests wasm $(tests_in web); }
suite_fuzz() { fuzz "$root/build/results" 20; }
# What `soak counts` does, for about 20 s each.
suite_counts() {
  local passed=0 failed=0 seconds=20
  build_native test_schedules interleave
  configure_native tsan; ninja_in tsan test_runtime
  build_web test_runtime_mt
  count() { if again "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
  INTERLEAVE_SCHEDULES=120000 count 1 "22 parts, 120,000 schedules of each" "$root/build/native/tests/test_schedules" --gtest_brief=1 --gtest_filter='*DrawnBySeed*'
  count $seconds "70,000 tasks and 700 starts and ends under ThreadSanitizer" "$root/build/tsan/tests/test_runtime" --gtest_brief=1 \
    --gtest_filter='*TenThousandTasksEndOnceEach*:*AHundredRunsBeginAndEnd*'
  count $seconds "a run on two processes" "$root/build/native/interleave" run http --on processes --workers 2 --cores 2 --set connections=2 --set latency=1ms
  count $seconds "700 starts and ends in wasm" node "$root/build/web/tests/test_runtime_mt.js" --gtest_brief=1 --gtest_filter='*AHundredRunsBeginAndEnd*'
  echo "counts $passed $failed" >> "$root/build/results"
  [ $failed = 0 ]
}
# again SECONDS WHAT PROGRAM...: once, and then until so long has passed, or it fails.
again() {
  local until=$((SECONDS + $1)) what=$2 rounds=0; shift 2
  while [ $rounds = 0 ] || [ $SECONDS -lt $until ]; do
    if ! "$@" > "$root/build/soak.log" 2>&1; then
      tail -n 60 "$root/build/soak.log"; echo "  failed in round $((rounds + 1)): $what"
      return 1
    fi
    rounds=$((rounds + 1))
  done
  echo "  $rounds times: $what"
}
suite_pages() {
  need_packages $page_packages
  dist
  build_web page_test_runtime
  install_node_modules
  run_tests pages "$root"/tests/web/*.spec.mjs
}

# The tests of these rooms, built in another way.
rebuilt() {
  local kind=$1 rooms; shift
  configure_native "$kind"
  ninja_in "$kind" "${@/#/test_}"
  rooms="$*"
  run_tests "$kind" $(tests_in "$kind" | grep -E "/test_(${rooms// /|})$")
}
# What CMake says there is: a program that an older checkout left behind must not count.
tests_in() { cat "$root/build/$1/tests.txt"; }

# npm ci, only when the lock file changed.
install_node_modules() {
  local where=$root/tests/web
  cmp -s "$where/package-lock.json" "$where/node_modules/.installed" && return 0
  ( cd "$where" && npm ci --no-audit --no-fund --prefer-offline >&2 ) || fail "npm could not install tests/web/package.json."
  cp "$where/package-lock.json" "$where/node_modules/.installed"
}

# fuzz RESULTS SECONDS: all fuzzers side by side, beginning with our own scripts. Only clang has libFuzzer.
fuzz() {
  local results=$1 seconds=$2 scripts=("$root"/src/workloads "$root"/tests/script/corpus "$root"/tests/conformance/scripts)
  if ! has "${CXX:-clang++-19}" || ! printf 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
      "${CXX:-clang++-19}" -fsanitize=fuzzer -x c++ - -o /dev/null 2>/dev/null; then
    say "This compiler has no libFuzzer: no fuzzers are run."; [ "$results" = - ] || echo "fuzz 0 0" >> "$results"; return 0
  fi
  configure_native fuzz; ninja_in fuzz fuzzers
  local of=$root/build/fuzz/fuzzers
  python3 "$root/.build/fuzz.py" "$results" "$seconds" "$of/fuzz_script" "${scripts[@]}" -- "$of/fuzz_bytes" -- "$of/fuzz_files"
}

test_suites() {
  local suite bad=0
  rm -f "$root/build/results"; mkdir -p "$root/build"
  for suite in ${*:-$all_suites}; do
    declare -F "suite_$suite" >/dev/null || fail "No suite is called $suite. There are: $all_suites"
    say "Tests: $suite"
    # A suite that does not even build counts as one failure; the others still run. (A process of its own, because bash
    # forgets `set -e` in whatever stands left of `||`.)
    "$root/build.sh" suite "$suite" || {
      bad=1; grep -q "^$suite " "$root/build/results" 2>/dev/null || echo "$suite 0 1" >> "$root/build/results"
    }
  done
  awk '{printf "%-8s %5d passed, %d failed\n", $1, $2, $3}' "$root/build/results"
  awk '{passed += $2; failed += $3} END {printf "%d passed, %d failed\n", passed, failed}' "$root/build/results"
  return $bad
}

# --- the rest ------------------------------------------------------------------------------------------------------------

check() {
  "$root/.build/no_registry.sh"
  test_suites native
}

bench() {
  local program name names=()
  for name in "$@"; do [[ " native node chromium page " == *" $name "* ]] || names+=("$name"); done
  if [ $# = 0 ] || [[ " $* " == *" page "* ]]; then
    need_packages $page_packages
    dist
    install_node_modules
    say "page"; node "$root/tests/web/measure.mjs"
    [ "$*" = page ] && return
  fi
  local results=$root/build/bench places=(native node chromium) place wanted=()
  for place in "${places[@]}"; do [[ " $* " != *" $place "* ]] || wanted+=("$place"); done
  [ ${#wanted[@]} = 0 ] || places=("${wanted[@]}")
  mkdir -p "$results"
  for place in "${places[@]}"; do
    case $place in
      native) build_native bench ;;
      *)      need_packages $page_packages; build_web bench; install_node_modules ;;
    esac
    : > "$results/$place.txt"
    for program in $(find "$root/build/$([ "$place" = native ] && echo native || echo web)/bench" -name 'bench_*' ! -name '*.wasm' | sort); do
      name=${program##*/bench_}; name=${name%.mjs}
      [[ -x $program || $program == *.mjs ]] || continue
      [ -z "${names[*]}" ] || [[ " ${names[*]} " == *" $name "* ]] || continue
      say "$name, $place"
      if [ "$place" = native ]; then "$program"; else node "$root/tests/bench/wasm.mjs" "$place" "$program"; fi | tee -a "$results/$place.txt"
    done
  done
  say "The table: $(python3 "$root/.build/bench_page.py" "$results" "$results/index.html")"
}

# What `test` does for a few seconds each, to the end. The test program repeats: 7 executors with 10,000 tasks, and with 100 starts
# and ends, each time.
soak_counts() {
  local share=${SOAK_SHARE:-1} schedules parts=22 rounds each=7 i began=$SECONDS
  schedules=$((10000000 / share))
  build_native test_schedules test_conformance interleave
  say "$schedules schedules"
  INTERLEAVE_SCHEDULES=$(((schedules + parts - 1) / parts)) "$root/build/native/tests/test_schedules" --gtest_brief=1 --gtest_filter='*DrawnBySeed*' ||
    fail "A schedule went wrong; its seed is above"
  say "$((SECONDS - began)) s"; began=$SECONDS
  rounds=$(((100000000 / share + 10000 * each - 1) / (10000 * each)))
  configure_native tsan; ninja_in tsan test_runtime
  say "$rounds rounds under ThreadSanitizer: $((rounds * each * 10000)) tasks, $((rounds * each * 100)) starts and ends"
  "$root/build/tsan/tests/test_runtime" --gtest_brief=1 --gtest_fail_fast --gtest_repeat=$rounds \
    --gtest_filter='*TenThousandTasksEndOnceEach*:*AHundredRunsBeginAndEnd*' > "$root/build/soak.log" 2>&1 ||
    { tail -n 60 "$root/build/soak.log" >&2; fail "A round failed: build/soak.log"; }
  say "Each allocation of a small run fails once"
  build_native test_runtime
  INTERLEAVE_EVERY_ALLOCATION=1 "$root/build/native/tests/test_runtime" --gtest_brief=1 --gtest_filter='*NoMemory*' || fail "A run does not end well without memory"
  say "$((SECONDS - began)) s"; began=$SECONDS
  rounds=$(((1000 + share - 1) / share))
  say "$rounds runs on processes, begun and ended"
  for ((i = 0; i < rounds; ++i)); do
    "$root/build/native/interleave" run http --on processes --workers 2 --cores 2 --set connections=2 --set latency=1ms > /dev/null ||
      fail "Run $i on processes failed"
  done
  rounds=$(((1000 / share + 24) / 25))
  say "$((rounds * 25)) runs whose tasks call other processes"
  "$root/build/native/tests/test_conformance" --gtest_brief=1 --gtest_fail_fast --gtest_repeat=$rounds --gtest_filter='ToProcess.*' > "$root/build/soak.log" 2>&1 ||
    { tail -n 60 "$root/build/soak.log" >&2; fail "A round failed: build/soak.log"; }
  say "$((SECONDS - began)) s"; began=$SECONDS
  build_web test_runtime_mt
  rounds=$(((1000 / share + 100 * each - 1) / (100 * each)))
  say "$((rounds * each * 100)) starts and ends in wasm"
  node "$root/build/web/tests/test_runtime_mt.js" --gtest_brief=1 --gtest_repeat=$rounds --gtest_filter='*AHundredRunsBeginAndEnd*' > "$root/build/soak.log" 2>&1 ||
    { tail -n 60 "$root/build/soak.log" >&2; fail "A round failed: build/soak.log"; }
  say "$((SECONDS - began)) s; nothing was reported"
}

soak() {
  [ "${1:-}" != counts ] || { soak_counts; return; }
  local minutes=${1:-10} until round=0 program
  build_native test_conformance
  say "2,000 made programs, here and under CPython"
  "$root/build/native/tests/test_conformance" --soak 2000 || fail "Some programs run differently; each can be made again: tests/conformance/generate.py --seed N"
  say "Fuzzers, $minutes minutes"
  fuzz - $((60 * minutes)) || fail "A fuzzer found something; its input is beside it in build/fuzz/fuzzers"
  until=$((SECONDS + 60 * minutes))
  configure_native tsan; ninja_in tsan test_{trace,script,runtime,platform}
  while [ $SECONDS -lt $until ]; do
    round=$((round + 1))
    for program in $(tests_in tsan | grep -E '/test_(trace|script|runtime|platform)$'); do
      "$program" --gtest_brief=1 --gtest_shuffle --gtest_random_seed=$round ||
        fail "Round $round failed: $program --gtest_shuffle --gtest_random_seed=$round"
    done
  done
  say "$round rounds, none failed"
  soak_counts
}

case ${1:-help} in
  run)       dist; exec python3 "$root/.build/serve.py" "$root/dist" "${PORT:-8080}" ;;
  test)      shift; test_suites "$@" ;;
  test-room) build_native "test_${2:?which room?}"; exec "$root/build/native/tests/test_$2" "${@:3}" ;;
  check)     check ;;
  desktop)   shift; build_native interleave; exec "$root/build/native/interleave" "$@" ;;
  dist)      dist; say "dist/ is ready: $(du -sh "$root/dist" | cut -f 1)" ;;
  bench)     shift; bench "$@" ;;
  soak)      shift; soak "$@" ;;
  fuzz)      fuzz - "${2:-60}" ;;
  configure) for kind in native asan tsan gcc fuzz; do configure_native $kind; done; configure_web ;;
  suite)     "suite_$2" ;;
  clean)     rm -rf "$root/build" "$root/dist" ;;
  help|-h|--help) help ;;
  *)         help >&2; exit 2 ;;
esac

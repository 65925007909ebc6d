#!/usr/bin/env bash
# shots.sh -- pictures of lessons at every size, to be looked at: tests/ui/shots.sh [FOLDER [LESSON...]]; "all": every one
# Before a run, during one and after "Run all"; one executor alone, a pinned span, a card under the pointer; the phone's tabs, the
# open drawer, the embed; both themes, and text at 200 %. Runs are real, so the http lesson takes its half a minute. No display is needed.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-build/shots}; shift || true
mkdir -p "$out"
export SDL_VIDEODRIVER=${SDL_VIDEODRIVER:-offscreen}

[ "${1:-}" != all ] || set -- $(build/native/interleave list | tail -n +2 | cut -d' ' -f1)
for lesson in ${@:-cashiers sum http}; do
  steps=(--do "lesson $lesson")
  add() { steps+=(--do "$*"); }
  shot() { steps+=(--do "shot $out/$lesson-$*"); }
  everywhere() {  # STAGE: at all sizes, both themes
    local theme
    for theme in dark light; do
      add theme $theme
      shot "$1-$theme-1920.png 1920x1080"
      shot "$1-$theme-1366.png 1366x768"
      shot "$1-$theme-1024.png 1024x600"
      shot "$1-$theme-800.png 800x400 1 embed"
      shot "$1-$theme-390.png 390x844"
    done
    add theme dark
    shot "$1-x2-1920.png 1920x1080 2"
    shot "$1-x2-1366.png 1366x768 2"
    shot "$1-x2-390.png 390x844 2"
  }
  everywhere before
  add run-all
  add wait 900ms
  for size in 1920x1080 1366x768 390x844; do shot "during-$size.png $size"; done
  add wait
  everywhere after
  add drawer; shot "drawer-1024.png 1024x600"; add drawer
  for tab in code table settings; do add tab $tab; shot "tab-$tab-390.png 390x844"; shot "tab-$tab-1024.png 1024x600"; done
  add tab table; shot "tab-table-1366.png 1366x768"; add tab lanes
  for kind in gil threads loop; do
    add show $kind
    add theme light; shot "$kind-light-1366.png 1366x768"
    add theme dark; shot "$kind-dark-1920.png 1920x1080"; shot "$kind-dark-390.png 390x844"
  done
  # A task that is pinned, in the run that was looked at last; then a card where the pointer rests on a lane.
  add find 1
  for size in 1366x768 1024x600 800x400 390x844; do shot "pinned-$size.png $size"; done
  add unpin
  add point 700 250; shot "card-1366.png 1366x768"
  build/native/interleave "${steps[@]}"
done

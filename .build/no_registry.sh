#!/usr/bin/env bash
# no_registry.sh -- fails where a tracked file names a host that packages come from on this machine: a clone elsewhere has
# other mirrors, so the host belongs in the machine's configuration only.
set -euo pipefail
cd "$(dirname "$0")/.."
hosts=$({ npm config get registry 2>/dev/null || true
          grep -rhoE 'https?://[^/ ]+' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null || true; } |
        sed -E 's#https?://([^/@]*@)?([^/]+).*#\2#' | sort -u | sed '/^$/d; s/\./\\./g' | paste -sd '|' -)
[ -n "$hosts" ] || exit 0
if git grep -nIE "$hosts"; then echo "A package registry's host is named above; derive it from the machine's configuration instead." >&2; exit 1; fi

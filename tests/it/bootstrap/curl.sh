#!/usr/bin/env bash
# Stands in for curl: writes a made-up install.yaml where it is told to.
set -euo pipefail

printf '%q ' curl "$@" >>"$FAKE/calls"
printf '\n' >>"$FAKE/calls"

previous=
for word in "$@"; do
  [ "$previous" != --output ] || printf 'kind: List\n' >"$word"
  previous=$word
done

#!/bin/sh
# Records what Node prints for every scenario: test/scenario/<name>.js -> <name>.trace.
#   tools/scenario_traces.sh [names...]              writes the traces
#   tools/scenario_traces.sh --check [names...]      fails if Node now prints anything else, or a trace has no scenario
#   tools/scenario_traces.sh --repeat N [names...]   as --check, N times over
# Node is $UVNET_NODE, or node from the PATH. The traces are those of Node v20.
set -u
cd "$(dirname "$0")/../test/scenario" || exit 1
node=${UVNET_NODE:-node}
mode=write
times=1
case ${1:-} in
  --check) mode=check; shift ;;
  --repeat) mode=check; times=${2:?how often}; shift 2 ;;
esac
command -v "$node" >/dev/null || { echo "scenario_traces: no $node (set UVNET_NODE)" >&2; exit 2; }

all=$#
[ $# -gt 0 ] || set -- $(ls -- *.js | sed 's/\.js$//')
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
count=0
failed=0
round=0
while [ $round -lt "$times" ]; do
  round=$((round + 1))
  for name in "$@"; do
    name=$(basename "$name" .js)
    count=$((count + 1))
    if ! "$node" "$name.js" >"$out"; then
      echo "$name: exit status not 0" >&2
      failed=$((failed + 1))
    elif [ $mode = write ]; then
      cat "$out" >"$name.trace"
    elif ! diff -u --label "$name.trace" --label "node $name.js" "$name.trace" "$out" >&2; then
      failed=$((failed + 1))
    fi
  done
done
if [ $mode = check ] && [ "$all" -eq 0 ]; then
  for trace in *.trace; do
    [ -f "${trace%.trace}.js" ] || { echo "$trace has no scenario" >&2; failed=$((failed + 1)); }
  done
fi
echo "scenario_traces: $mode, $count runs, $failed failed"
[ $failed -eq 0 ]

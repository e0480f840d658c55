#!/usr/bin/env bash
# Proves that the library builds and works with -fno-rtti.
#
#   no_rtti.sh WORK_FOLDER
set -euo pipefail

work=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cmake=${CMAKE:-cmake}

# Debug: what a flag breaks it breaks there too, and it compiles in half the time.
rm -rf "$work"
"$cmake" -G Ninja -S "$here/no_rtti" -B "$work" -DCMAKE_BUILD_TYPE=Debug \
  -DUVNET_SOURCE="$(cd "$here/../.." && pwd)"
"$cmake" --build "$work" -j 2
"$work/own_host"
"$work/consumer"

#!/usr/bin/env bash
# Proves that other projects can use uvnet in each of the three ways there are: find_package and
# pkg-config on an installed copy, add_subdirectory on the source. Each consumer is built, linked and
# run.
#
#   run.sh static|shared WORK_FOLDER
set -euo pipefail

kind=$1
work=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
cmake=${CMAKE:-cmake}
shared=OFF
if [[ $kind == shared ]]; then shared=ON; fi

say() { printf 'embed: %s\n' "$*"; }

# From nothing each time: what an earlier run installed must not help this one.
rm -rf "$work"
mkdir -p "$work"

# build FOLDER SOURCE OPTION...
build() {
  local folder=$work/$1 from=$2
  shift 2
  "$cmake" -G Ninja -S "$from" -B "$folder" -DCMAKE_BUILD_TYPE=Release "$@"
  "$cmake" --build "$folder" -j 2
}

say "install ($kind)"
# BUILD_SHARED_LIBS and not UVNET_SHARED: it is the name every CMake user knows.
build uvnet "$source" -DBUILD_SHARED_LIBS=$shared -DCMAKE_INSTALL_LIBDIR=lib \
  -DUVNET_BUILD_TESTS=OFF -DUVNET_BUILD_EXAMPLES=OFF -DUVNET_BUILD_BENCH=OFF -DUVNET_BUILD_TOOLS=OFF
"$cmake" --install "$work/uvnet" --prefix "$work/first"
# A prefix may be moved after the fact (packages are made so): nothing may have noted the old one.
mv "$work/first" "$work/prefix"
if grep -rIl "$work/first" "$work/prefix"; then
  say "the installed files above name the folder they were installed to"
  exit 1
fi

say "find_package ($kind)"
# A consumer of the shared library needs neither fmt nor libuv: it must build where they are not found.
without=()
if [[ $kind == shared ]]; then
  without=(-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_libuv=ON
    -DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON)
fi
build find_package "$here/find_package" -DCMAKE_PREFIX_PATH="$work/prefix" "${without[@]}"
"$work/find_package/consumer"

say "pkg-config ($kind)"
# Shared: the consumer must not be sent after libuv.pc and fmt.pc, so pkg-config sees our folder alone.
search=PKG_CONFIG_PATH
if [[ $kind == shared ]]; then search=PKG_CONFIG_LIBDIR; fi
env "$search=$work/prefix/lib/pkgconfig" \
  make -s -f "$here/pkg_config/Makefile" SOURCE="$here/main.cc" OUTPUT="$work/pkg_config"
LD_LIBRARY_PATH="$work/prefix/lib" "$work/pkg_config"

if [[ $kind == static ]]; then
  # Asking for a static link in so many words must work as well.
  PKG_CONFIG_PATH="$work/prefix/lib/pkgconfig" \
    make -s -f "$here/pkg_config/Makefile" SOURCE="$here/main.cc" OUTPUT="$work/pkg_config_static" \
    PKG_CONFIG="pkg-config --static"
  "$work/pkg_config_static"
else
  # Of what the library has inside, fmt least of all may show: a program may have another fmt.
  if nm -DC --defined-only "$work/prefix/lib/libuvnet.so" | grep -E ' (fmt::|uv_)'; then
    say "the shared library exports the symbols above, which are not ours"
    exit 1
  fi
fi

say "add_subdirectory ($kind)"
build add_subdirectory "$here/add_subdirectory" -DUVNET_SOURCE="$source" -DBUILD_SHARED_LIBS=$shared
"$work/add_subdirectory/consumer"

say "all consumers of the $kind library built and ran"

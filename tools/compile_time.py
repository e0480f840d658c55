#!/usr/bin/env python3
"""How long a program takes to compile that only includes <uvnet/net.h>.

    tools/compile_time.py [--limit SECONDS] [COMPILER]     default: g++, at most 1.5 s of CPU time

The best of three runs counts: the others have waited for a disk or a neighbour.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNS = 3


def seconds_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=float, default=1.5)
    parser.add_argument("compiler", nargs="?", default="g++")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "net.cc"
        source.write_text("#include <uvnet/net.h>\nint main() {}\n", encoding="utf-8")
        command = [arguments.compiler, "-std=c++20", "-O2", f"-I{ROOT / 'lib'}", "-c", str(source)]
        command += ["-o", f"{folder}/net.o"]
        best = min(seconds_of(command) for _ in range(RUNS))
    print(f"#include <uvnet/net.h>: {best:.2f} s with {arguments.compiler} -O2")
    if best > arguments.limit:
        print(f"compile_time: more than {arguments.limit} s", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

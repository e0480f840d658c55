#!/usr/bin/env python3
"""What a program pays that only includes <uvnet/net.h>, in compilations of <fmt/core.h>.

    tools/compile_time.py [--limit RATIO] [COMPILER]     default: g++, at most 5 times as long

Both are compiled in turn, so that a slow machine or a busy neighbour is slow for both, and the best
of each counts. It is 3.2 to 4 today; most of it is <stop_token> and the headers that it brings.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNS = 5
HEADERS = ("uvnet/net.h", "fmt/core.h")


def seconds_of(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=float, default=5)
    parser.add_argument("compiler", nargs="?", default="g++")
    arguments = parser.parse_args()
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        for header in HEADERS * RUNS:
            source = pathlib.Path(folder) / "includes.cc"
            source.write_text(f"#include <{header}>\nint main() {{}}\n", encoding="utf-8")
            command = [arguments.compiler, "-std=c++20", "-O2", f"-I{ROOT / 'lib'}"]
            command += ["-c", str(source), "-o", f"{folder}/includes.o"]
            seconds = seconds_of(command)
            best[header] = min(seconds, best.get(header, seconds))
    ratio = best["uvnet/net.h"] / best["fmt/core.h"]
    print(", ".join(f"<{header}> {best[header]:.2f} s" for header in HEADERS), f": {ratio:.1f} x")
    if ratio > arguments.limit:
        print(f"compile_time: more than {arguments.limit:g} x", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

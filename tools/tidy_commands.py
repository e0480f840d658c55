#!/usr/bin/env python3
"""Makes a compilation database that clang-tidy can use from one that gcc's build wrote.

    tidy_commands.py BUILD_FOLDER OUTPUT_FOLDER < FILES

The difference is the precompiled header, which clang cannot read when gcc made it. Of the files named
on standard input, those that the build compiles are printed: others have no flags to be tidied with
(the sources in test/compile_fail, say). Nor are those printed that use std::views: clang 14 does not
compile what gcc 12's library has there (LLVM issue 44178, mended in clang 16).
"""

import json
import os
import pathlib
import re
import sys

PCH = re.compile(r" (-include \S+cmake_pch\.hxx|-Winvalid-pch|-fpch-preprocess)\b")


def main():
    build, output = (pathlib.Path(argument) for argument in sys.argv[1:])
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    # CMake's own source for making the precompiled header is none of ours.
    entries = [entry for entry in entries if "cmake_pch" not in entry["file"]]
    for entry in entries:
        entry["command"] = PCH.sub("", entry["command"])
    output.mkdir(parents=True, exist_ok=True)
    (output / "compile_commands.json").write_text(json.dumps(entries, indent=1), encoding="utf-8")
    compiled = {os.path.relpath(entry["file"]) for entry in entries}
    for file in sys.stdin.read().splitlines():
        if file not in compiled:
            continue
        if "std::views::" in pathlib.Path(file).read_text(encoding="utf-8"):
            print(f"dev: clang-tidy: {file} left out, it uses std::views", file=sys.stderr)
            continue
        print(file)


if __name__ == "__main__":
    main()

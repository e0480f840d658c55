#!/usr/bin/env python3
"""Proves that a source does not compile, and for the right reason.

    run.py CASE.cc -- COMPILER FLAG...    one case
    run.py --self-test -- COMPILER FLAG...

A case says in comments what the compiler must print, one text a line, all of them needed:

    // expect: no such event

Without a reason given, a case would pass on any typing error in it; so a case without one fails.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

EXPECT = re.compile(r"^\s*//\s*expect:\s*(.+?)\s*$", re.MULTILINE)


def fault_of(case, compiler):
    """What is wrong with the case, or None when it fails to compile as it says it does."""
    expected = EXPECT.findall(case.read_text(encoding="utf-8"))
    if not expected:
        return "says no '// expect: ...'"
    run = subprocess.run(
        [*compiler, "-fsyntax-only", str(case)], capture_output=True, text=True, check=False
    )
    output = run.stdout + run.stderr
    if run.returncode == 0:
        return "compiles"
    # The compiler quotes the offending lines, and with them the comment: only what it says itself may
    # count. The lines it quotes start with a line number and a bar (gcc) or are the source's (clang).
    said = "\n".join(line for line in output.splitlines() if "expect:" not in line)
    missing = [text for text in expected if text not in said]
    if missing:
        return f"fails to compile, but without saying {missing}:\n{output}"
    return None


def self_test(compiler):
    cases = [
        ("// expect: not today\nstatic_assert(false, \"not today\");\n", None),
        ("// expect: not today\n// expect: never\nstatic_assert(false, \"not today\");\n", "never"),
        ("// expect: not today\nint i = 0;\n", "compiles"),
        ("static_assert(false, \"not today\");\n", "says no"),
        ("int i = \"\"; // expect: not today\n// expect: not today\n", "without saying"),
    ]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (text, expected) in enumerate(cases):
            case = pathlib.Path(folder) / f"case{number}.cc"
            case.write_text(text, encoding="utf-8")
            fault = fault_of(case, compiler)
            if (fault is None) != (expected is None) or (expected and expected not in fault):
                wrong += 1
                print(f"expected {expected!r}, got {fault!r} for:\n{text}", file=sys.stderr)
    print(f"self-test: {len(cases) - wrong} of {len(cases)} cases right")
    return 1 if wrong else 0


def main():
    if len(sys.argv) < 4 or sys.argv[2] != "--":
        print(__doc__, file=sys.stderr)
        return 2
    compiler = sys.argv[3:]
    if sys.argv[1] == "--self-test":
        return self_test(compiler)
    fault = fault_of(pathlib.Path(sys.argv[1]), compiler)
    if fault:
        print(f"{sys.argv[1]}: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

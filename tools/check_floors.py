#!/usr/bin/env python3
"""Checks who includes whom: the floors of the house.

    lib/uvnet <- src/base <- src/handles <- src/stream <- src/net <- src/<part>
                 src/base <- src/address                <- src/net

A file may include its own floor and those it stands on (STANDS_ON), no other; optional parts (every
other folder of src/) stand on all of them and do not include each other. uv.h belongs to src/handles
alone. The public headers in lib/uvnet include each other and the C++ standard library, nothing else:
whoever includes them gets nothing of libuv, fmt or the system.

Exit status 0 when all is well, 1 with one "file:line: message" for each fault.
"""

import argparse
import pathlib
import re
import sys
import tempfile

STANDS_ON = {
    "lib": set(),
    "base": {"lib"},
    "address": {"lib", "base"},
    "handles": {"lib", "base"},
    "stream": {"lib", "base", "handles"},
    "net": {"lib", "base", "address", "handles", "stream"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# The standard library's headers are the ones without folder and suffix (<cstdint>, not <stdint.h>).
STANDARD = re.compile(r"^[a-z0-9_]+$")
LIBUV = re.compile(r"^uv(\.h$|/)")


def place_of(path):
    """The place of a file, given relative to the root: "lib", a folder of src/, or None outside."""
    parts = path.parts
    if parts[0] == "lib":
        return "lib"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return None


def includes_of(path):
    """Yields (line number, "<" or '"', name); block comments do not count, nor do line comments."""
    text = path.read_text(encoding="utf-8")
    # Line breaks stay, so that line numbers hold.
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def resolve(root, file, style, name):
    """The included file relative to root, or None when it is none of ours."""
    folders = [root / "lib", root / "src"]
    if style == '"':
        folders.insert(0, file.parent)
    for folder in folders:
        candidate = (folder / name).resolve()
        if candidate.is_file() and candidate.is_relative_to(root):
            return candidate.relative_to(root)
    return None


def fault_of(root, file, place, style, name):
    """What is wrong with this include, or None."""
    target = resolve(root, file, style, name)
    if target is not None:
        other = place_of(target)
        if other is None:
            return f"{target} belongs to no floor and is not for the library to include"
        if place == other:
            return None
        if place in STANDS_ON:
            if other not in STANDS_ON[place]:
                return f"{place} includes {target}, and does not stand on {other}"
        elif other not in STANDS_ON:
            return f"the optional part {place} includes {target} of the part {other}"
        return None
    if style == '"':
        return f'"{name}" is neither in lib/ nor in src/ nor beside the file'
    if name.startswith("uvnet/"):
        return f"<{name}> does not exist in lib/"
    if LIBUV.match(name) and place != "handles":
        return f"<{name}> belongs to src/handles alone"
    if place == "lib" and not STANDARD.match(name):
        return f"<{name}> in a public header; only the standard library may be included"
    return None


def check(root):
    """All faults below root, as "file:line: message"."""
    root = root.resolve()
    faults = []
    files = [p for top in ("lib", "src") for p in (root / top).rglob("*") if p.suffix in (".h", ".cc")]
    for file in sorted(files):
        relative = file.relative_to(root)
        place = place_of(relative)
        if place is None:
            faults.append(f"{relative}:1: lies in src/ itself, which is no floor")
            continue
        for number, style, name in includes_of(file):
            fault = fault_of(root, file, place, style, name)
            if fault:
                faults.append(f"{relative}:{number}: {fault}")
    return len(files), faults


def self_test():
    """Each case: a file, its text, and the fault it must give on its line 2 (None: no fault)."""
    ground = {
        "lib/uvnet/net.h": "",
        "lib/uvnet/error.h": "",
        "src/base/transcode.h": "",
        "src/address/ip.h": "",
        "src/handles/tcp.h": "",
        "src/stream/duplex.h": "",
        "src/net/socket.h": "",
        "src/tls/tls.h": "",
        "src/process/process.h": "",
        "test/support/help.h": "",
    }
    cases = [
        ("lib/uvnet/a.h", "#include <string_view>", None),
        ("lib/uvnet/a.h", "#include <uvnet/error.h>", None),
        ("lib/uvnet/a.h", '#include "error.h"', None),
        ("lib/uvnet/a.h", "// #include <uv.h>", None),
        ("lib/uvnet/a.h", "/* #include <uv.h> */", None),
        ("lib/uvnet/a.h", "#include <uv.h>", "belongs to src/handles"),
        ("lib/uvnet/a.h", "#include <fmt/core.h>", "in a public header"),
        ("lib/uvnet/a.h", "#include <unistd.h>", "in a public header"),
        ("lib/uvnet/a.h", "#include <uvnet/missing.h>", "does not exist"),
        ("lib/uvnet/a.h", '#include "handles/tcp.h"', "does not stand on handles"),
        ("src/base/a.cc", "#include <sys/socket.h>", None),
        ("src/base/a.cc", "#include <uv.h>", "belongs to src/handles"),
        ("src/base/a.cc", '#include "handles/tcp.h"', "does not stand on handles"),
        ("src/base/a.cc", '#include "address/ip.h"', "does not stand on address"),
        ("src/address/a.cc", '#include "base/transcode.h"', None),
        ("src/address/a.cc", '#include "handles/tcp.h"', "does not stand on handles"),
        ("src/handles/a.cc", '#include "base/transcode.h"', None),
        ("src/handles/a.cc", '#include "address/ip.h"', "does not stand on address"),
        ("src/handles/a.cc", "#include <uv.h>", None),
        ("src/handles/a.cc", "#include <uv/unix.h>", None),
        ("src/handles/a.cc", "#include <sys/socket.h>", None),
        ("src/handles/a.cc", '#include "tcp.h"', None),
        ("src/handles/a.cc", '#include "stream/duplex.h"', "does not stand on stream"),
        ("src/handles/a.cc", '#include "../stream/duplex.h"', "does not stand on stream"),
        ("src/handles/deep/a.cc", '#include "net/socket.h"', "does not stand on net"),
        ("src/stream/a.cc", '#include "handles/tcp.h"', None),
        ("src/stream/a.cc", "#include <fmt/format.h>", None),
        ("src/stream/a.cc", "  #  include <uv.h>", "belongs to src/handles"),
        ("src/stream/a.cc", '#include "net/socket.h"', "does not stand on net"),
        ("src/stream/a.cc", "#include <net/socket.h>", "does not stand on net"),
        ("src/stream/a.cc", '#include "address/ip.h"', "does not stand on address"),
        ("src/net/a.cc", "#include <uvnet/net.h>", None),
        ("src/net/a.cc", '#include "address/ip.h"', None),
        ("src/net/a.cc", '#include "tls/tls.h"', "does not stand on tls"),
        ("src/net/a.cc", '#include "gone.h"', "neither in lib/"),
        ("src/net/a.cc", '#include "../../test/support/help.h"', "belongs to no floor"),
        ("src/net/a.cc", "#include <uv/version.h>", "belongs to src/handles"),
        ("src/tls/a.cc", '#include "net/socket.h"', None),
        ("src/tls/a.cc", '#include "tls/tls.h"', None),
        ("src/tls/a.cc", '#include "process/process.h"', "optional part"),
        ("src/a.cc", "", "no floor"),
    ]
    wrong = []
    for name, line, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {**ground, name: f"#pragma once\n{line}\n"}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            _, faults = check(root)
        if expected is None:
            good = not faults
        else:
            line_number = 1 if name == "src/a.cc" else 2
            good = len(faults) == 1 and expected in faults[0]
            good = good and faults[0].startswith(f"{name}:{line_number}: ")
        if not good:
            wrong.append(f"{name} with {line!r}: expected {expected!r}, got {faults}")
    for text in wrong:
        print(text, file=sys.stderr)
    print(f"self-test: {len(cases) - len(wrong)} of {len(cases)} cases right")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parents[1])
    parser.add_argument("--self-test", action="store_true", help="check the checker")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    count, faults = check(arguments.root)
    for fault in faults:
        print(fault, file=sys.stderr)
    if count == 0:
        print("no source found: wrong --root?", file=sys.stderr)
        return 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

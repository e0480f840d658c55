#!/usr/bin/env python3
"""Makes docs/rows.md: which test shows which row of the feature table.

    tools/rows.py [--junit FILE]...   write docs/rows.md; results come from ctest --output-junit
    tools/rows.py --check             fail unless docs/rows.md names the rows and tests there are
    tools/rows.py --require [LIST]    fail unless every row of the list (M01-M22,S03) has a test;
                                      without a list the rows of the core and of streams

Rows stand in the tags of the tests: TEST_CASE("...", "[net][S22]"). A row is a letter of MISEKDVC
with two digits, F or R with the number of a failure or a rule (F1, R1), an element of streams
([stream:pipe], see STREAMS), what the newest net has beyond the old ones ([net:options.signal], see
NEWEST) or an error code ([code:EMFILE]). A SCENARIO_TWIN has those that the first line of its
JavaScript file ends with. --check leaves the results aside: they are those of the last run somebody
recorded.
"""

import argparse
import collections
import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "rows.md"

# What a TCP and Unix socket library owes: every row of the table but those on TLS and on sharing
# between processes. M23 is the examples.
CORE = "M01-M23,I01-I04,S01-S39,E01-E06,K01-K27,D02-D20,V01-V15,R1-R16"
# What breaks in others; F21 is about TLS.
CORE += ",F1-F20,F22-F32"

# Feature table 2.1 and 2.2, without numbers there: what `net` has beyond the old documents, and the
# codes it can give. Not given: ERR_STREAM_NULL_VALUES and ERR_STREAM_CANNOT_PIPE (they do not
# compile), ENAMETOOLONG (a path too long is ERR_INVALID_ARG_VALUE), ENOTSUP (no reusePort: not on
# Linux), ECANCELED (stays inside).
NEWEST = """
path.length path.abstract options.signal options.reusePort options.handle options.noDelay
options.keepAlive options.highWaterMark options.blockList options.typeOfService options.family
options.autoSelectFamily autoSelectFamilyAttemptTimeout defaultAutoSelectFamily
defaultAutoSelectFamilyAttemptTimeout socket.autoSelectFamilyAttemptedAddresses connectionAttempt
AggregateError server.drop server.maxConnections server.dropMaxConnection server.dispose BoundSocket
socket.setTypeOfService socket.resetAndDestroy socket.destroySoon socket.localFamily socket.timeout
socket.readyState socket.setKeepAlive BlockList BlockList.isBlockList BlockList.toJSON
BlockList.fromJSON BlockList.addAddresses BlockList.addCIDR BlockList.addCIDRs BlockList.clear
BlockList.removeAddress BlockList.removeRange BlockList.removeSubnet BlockList.removeCIDR
BlockList.size BlockList.PRIVATE_RANGES SocketAddress SocketAddress.parse
""".split()
CODES = """
ERR_SERVER_ALREADY_LISTEN ERR_SERVER_NOT_RUNNING ERR_SOCKET_BAD_PORT ERR_SOCKET_CLOSED
ERR_SOCKET_CLOSED_BEFORE_CONNECTION ERR_SOCKET_CONNECTION_TIMEOUT ERR_INVALID_HANDLE_TYPE
ERR_INVALID_FD_TYPE ERR_INVALID_IP_ADDRESS ERR_INVALID_ADDRESS_FAMILY ERR_IP_BLOCKED ERR_MISSING_ARGS
ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_VALUE ERR_OUT_OF_RANGE ERR_UNKNOWN_ENCODING
ERR_SOCKET_HANDLE_ADOPTED ERR_STREAM_DESTROYED ERR_STREAM_WRITE_AFTER_END
ERR_STREAM_ALREADY_FINISHED ERR_STREAM_PREMATURE_CLOSE ERR_STREAM_PUSH_AFTER_EOF
ERR_STREAM_UNSHIFT_AFTER_END_EVENT ABORT_ERR ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EADDRINUSE
EADDRNOTAVAIL EACCES ENOENT ENOTSOCK EINVAL EALREADY EMFILE ENOTFOUND
""".split()

# The rows of streams (feature table 3.1 to 3.3, Must and Should) have no numbers: a tag is
# [stream:element], and here is what each stands for, in the order of the table.
STREAMS = {
    "read": "read([n]), 'readable'",
    "readableFlowing": "the three states of readableFlowing",
    "data": "'data' begins to flow, its removal does not pause",
    "pause": "pause(), isPaused(), 'pause'",
    "resume": "resume(), 'resume'",
    "unshift": "unshift()",
    "setEncoding": "setEncoding(), readableEncoding",
    "pipe": "pipe()",
    "unpipe": "unpipe()",
    "backpressure": "nothing is held beyond the high-water marks",
    "readable": "readable, and Readable as a base class",
    "readableLength": "readableLength",
    "readableEnded": "readableEnded",
    "readableAborted": "readableAborted",
    "readableDidRead": "readableDidRead",
    "highWaterMark": "readableHighWaterMark, writableHighWaterMark",
    "end-event": "push(null), 'end' after all was read",
    "push": "push(), read(0), reading stops when it says no",
    "from": "Readable::from()",
    "write": "write() and its answer",
    "drain": "'drain'",
    "writableLength": "writableLength",
    "writableNeedDrain": "writableNeedDrain",
    "end": "end()",
    "finish": "'prefinish', 'finish'",
    "writable": "writable, and Writable as a base class",
    "writableEnded": "writableEnded",
    "writableFinished": "writableFinished",
    "writableAborted": "writableAborted",
    "cork": "cork(), uncork(), vectored writes",
    "writableCorked": "writableCorked",
    "setDefaultEncoding": "setDefaultEncoding()",
    "refused": "write after end, after destroy",
    "callbacks": "order of callbacks and 'finish'",
    "pipe-events": "'pipe', 'unpipe'",
    "destroy": "destroy(), the first error wins",
    "errored": "errored",
    "closed": "closed",
    "destroyed": "destroyed",
    "autoDestroy": "autoDestroy",
    "emitClose": "emitClose",
    "options": "readable and writable as options",
    "construct": "doConstruct()",
    "undestroy": "undestroy()",
    "allowHalfOpen": "allowHalfOpen",
    "finished": "finished()",
    "pipeline": "pipeline()",
    "compose": "compose()",
    "transform": "Transform, PassThrough",
    "duplexPair": "duplexPair()",
    "memoryPair": "testing::memoryPair()",
    "addAbortSignal": "addAbortSignal(), the signal option",
    "defaultHighWaterMark": "the default high-water mark",
    "emitter": "on(), emit()",
    "once": "once()",
    "off": "off()",
    "prependListener": "prependListener(), prependOnceListener()",
    "removeAllListeners": "removeAllListeners()",
    "listenerCount": "listenerCount()",
    "eventNames": "eventNames()",
    "newListener": "'newListener'",
    "removeListener": "'removeListener'",
    "setMaxListeners": "the warning of a leak",
    "unhandledError": "an 'error' that nobody hears",
    "dispose": "closing by scope (asyncDispose)",
}
# The row of that table which waits for coroutines: async iteration.

ROW = re.compile(r"\[([MISEKDVC]\d{2}|[FR]\d{1,2}|stream:[\w-]+|net:[\w.]+|code:\w+)\]")
# A Catch2 case: its macro, then string literals (adjacent ones are one), then the tags. A macro with
# an argument before the name (a fixture) is allowed for.
STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = rf"{STRING}(?:\s*{STRING})*"
CASE = re.compile(
    r"^\s*(?:TEMPLATE_)?TEST_CASE\w*\s*\("
    rf"(?:\s*[A-Za-z_][\w:<>]*\s*,)?\s*(?P<name>{STRINGS})\s*(?:,\s*(?P<tags>{STRINGS}))?",
    re.MULTILINE,
)
TWIN = re.compile(r'^SCENARIO_TWIN\("([\w-]+)"\)', re.MULTILINE)
ESCAPES = {"\\n": "\n", "\\t": "\t", "\\0": "\0", '\\"': '"', "\\\\": "\\", "\\'": "'"}

HEAD = """\
# Rows and their tests

Made by `tools/rows.py` from the tags of the tests; do not edit. A row is one of the feature table
(`M01`, `S22`), `R` rows are the rules that no document states but programs rely on; the elements of
streams follow by name. *Result* is that of the last recorded run of `tools/dev test`.

| row | test | file | result |
|---|---|---|---|
"""

Case = collections.namedtuple("Case", "name ctest_name file rows")


def text_of(literals):
    """The value of adjacent C++ string literals."""
    joined = "".join(literal[1:-1] for literal in re.findall(STRING, literals))
    return re.sub(r"\\.", lambda m: ESCAPES.get(m.group(), m.group()[1:]), joined)


def without_comments(text):
    # Or a case that was commented out would count. Strings and characters are matched along, so that a
    # "//" in one does not begin a comment nor a '"' a string.
    return re.sub(
        rf"(?s:R\"(\w*)\(.*?\)\1\")|{STRING}|'(?:[^'\\\n]|\\.)'|//[^\n]*|/\*.*?\*/",
        lambda m: m.group() if m.group().startswith('"') else " ",
        text,
        flags=re.DOTALL,
    )


def cases_in(text, file, folder):
    for match in CASE.finditer(without_comments(text)):
        tags = text_of(match["tags"] or "")
        rows = ROW.findall(tags)
        # A hidden test ([.]) shows nothing, as nobody runs it.
        if not re.search(r"\[(\.|!hide)", tags):
            name = text_of(match["name"])
            yield Case(name, f"{folder}/{name}", file, rows)


def twins_in(text, file, folder, first_line_of):
    """first_line_of: the name of a scenario -> the first line of its JavaScript file."""
    for scenario in TWIN.findall(without_comments(text)):
        # test/scenario/support/scenario_trace.cc says both the same way.
        name = f"scenario {scenario}: the events come in Node's order"
        ids = re.search(r"(?: [A-Z]\d+)*$", first_line_of(scenario)).group().split()
        yield Case(name, f"{folder}/{name}", file, ROW.findall("".join(f"[{i}]" for i in ids)))


def all_cases(root):
    def first_line_of(scenario):
        path = root / "test" / "scenario" / f"{scenario}.js"
        return path.read_text(encoding="utf-8").split("\n", 1)[0]

    for path in sorted((root / "test").glob("*/*.cc")):
        file = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        yield from cases_in(text, file, path.parent.name)
        yield from twins_in(text, file, path.parent.name, first_line_of)


def results_of(files):
    """Test name -> "pass", "fail" or "skipped", from JUnit files of ctest."""
    results = {}
    for file in files:
        for case in xml.etree.ElementTree.parse(file).getroot().iter("testcase"):
            status = {"run": "pass", "fail": "fail"}.get(case.get("status"), "skipped")
            results[case.get("name")] = status
    return results


STREAM_ORDER = list(STREAMS)


def sort_key(row):
    if row.startswith("stream:"):
        return (100, STREAM_ORDER.index(row[7:]), "")
    for place, (kind, order) in enumerate((("net:", NEWEST), ("code:", CODES)), 101):
        name = row.removeprefix(kind)
        if name != row:
            # What nobody asked for comes last, by name.
            return (place, order.index(name) if name in order else len(order), name)
    # The order of the feature table, then numbers.
    return ("MISEKDVFCR".index(row[0]), int(row[1:]), "")


def page_of(cases, results):
    lines = []
    for row in sorted({row for case in cases for row in case.rows}, key=sort_key):
        for case in cases:
            if row in case.rows:
                name = case.name.replace("|", "\\|")
                result = results.get(case.ctest_name, "not run")
                shown = STREAMS[row[7:]].replace("|", "\\|") if row.startswith("stream:") else row
                lines.append(f"| {shown} | {name} | {case.file} | {result} |\n")
    return HEAD + "".join(lines)


def without_results(page):
    return [line.rsplit("|", 2)[0] for line in page.splitlines()]


def expand(text):
    """ "M01-M03,S10" -> M01 M02 M03 S10"""
    rows = []
    for part in filter(None, re.split(r"[\s,]+", text)):
        match = re.fullmatch(r"([A-Z])(\d+)(?:-\1(\d+))?", part)
        if not match:
            sys.exit(f"rows: '{part}' is neither a row nor a range of rows")
        letter, first, last = match[1], match[2], match[3] or match[2]
        rows += [f"{letter}{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]
    return rows


def self_test():
    text = """
TEST_CASE("one \\"quoted\\"", "[net][S22][K17]") {}
TEST_CASE(
    "two, over "
    "lines // no comment",
    "[R1]"
    "[D02]") {}
// TEST_CASE("commented out", "[S01]") {}
/* TEST_CASE("so is this", "[S02]") {} */
TEST_CASE("no row", "[net]") {}
TEST_CASE("no tag") {}
TEST_CASE("hidden", "[.][S03]") {}
TEST_CASE_METHOD(Fixture, "with a fixture", "[V09]") {}
const auto raw = R"(a "quote)"; const char c = '"';
TEST_CASE("after them", "[E06]") {}
TEST_CASE("of streams", "[stream][stream:pipe-events][stream:emitter]") {}
TEST_CASE("of the newest", "[net][net:options.signal][code:ABORT_ERR][F3]") {}
"""
    found = [(case.name, case.rows) for case in cases_in(text, "f", "net") if case.rows]
    expected = [
        ('one "quoted"', ["S22", "K17"]),
        ("two, over lines // no comment", ["R1", "D02"]),
        ("with a fixture", ["V09"]),
        ("after them", ["E06"]),
        ("of streams", ["stream:pipe-events", "stream:emitter"]),
        ("of the newest", ["net:options.signal", "code:ABORT_ERR", "F3"]),
    ]
    twin_text = 'SCENARIO_TWIN("cork") {\n}\n// SCENARIO_TWIN("not") {\n'
    twins = list(twins_in(twin_text, "f", "scenario", {"cork": "// Cork, F2. V07 F26 F6"}.get))
    page = page_of(list(cases_in(text, "f", "net")), {'net/one "quoted"': "pass"})
    good = (
        found == expected
        and [(twin.name[:14], twin.rows) for twin in twins] == [("scenario cork:", ["V07", "F26", "F6"])]
        and expand("M01-M03, R9-R10") == ["M01", "M02", "M03", "R9", "R10"]
        and '| S22 | one "quoted" | f | pass |\n| E06 |' in page
        and "| 'pipe', 'unpipe' | of streams | f | not run |\n| on(), emit() |" in page
        and "| R1 | two, over lines // no comment | f | not run |\n" in page
        and without_results(page) == without_results(page.replace("| pass |", "| fail |"))
        and without_results(page) != without_results(page.replace("| V09 |", "| V10 |"))
    )
    print("self-test: right" if good else f"self-test: wrong, found {found} and\n{page}")
    return 0 if good else 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--junit", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--require", metavar="LIST", nargs="?", const=CORE)
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()

    cases = list(all_cases(ROOT))
    status = 0
    for case in cases:
        if case.name.startswith("~"):
            print(f'rows: {case.file}: "{case.name}": Catch2 reads ~ as "all but"', file=sys.stderr)
            status = 1
    known = {f"stream:{name}" for name in STREAMS}
    for case in cases:
        for row in case.rows:
            if row.startswith("stream:") and row not in known:
                print(f"rows: {case.file}: [{row}] is no element of streams", file=sys.stderr)
                return 1
    page = page_of(cases, results_of(arguments.junit))
    if arguments.require:
        shown = {row for case in cases for row in case.rows}
        missing = [row for row in expand(arguments.require) if row not in shown]
        if arguments.require == CORE:
            named = [f"stream:{name}" for name in STREAMS]
            named += [f"net:{name}" for name in NEWEST] + [f"code:{name}" for name in CODES]
            missing += [name for name in named if name not in shown]
        if missing:
            print(f"rows: no test for {' '.join(missing)}", file=sys.stderr)
            status = 1
    if arguments.check:
        committed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        if without_results(committed) != without_results(page):
            print("rows: docs/rows.md is out of date, run tools/rows.py", file=sys.stderr)
            status = 1
    elif not arguments.require:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
        print(f"rows: {PAGE.relative_to(ROOT)} written from {len(cases)} tests")
    return status


if __name__ == "__main__":
    sys.exit(main())

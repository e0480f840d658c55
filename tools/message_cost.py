#!/usr/bin/env python3
"""What one echoed message costs, in figures that do not depend on time.

usage: tools/message_cost.py [--build DIR [--make]] [--messages N] [--check | --record]

System calls (strace), instructions in user space and allocations (callgrind) of uvnet-bench-server
for 'data' + write and for pipe, and of its twin in raw libuv. One connection sends 64 bytes and waits
for them, so each message is a turn of the loop and the figures repeat to the digit. What start, accept
and close cost is taken off by measuring it in a run of no messages.

--check fails when a figure is more than 5 % above the recorded one (tools/message_cost.json), or a
message allocates; instructions are compared only where compiler, libuv and processor are those of the
record. --record writes them. Needs a release build; --make makes one in DIR.
"""
import argparse
import json
import os
import platform
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECORD = os.path.join(ROOT, "tools", "message_cost.json")
MESSAGE = bytes(range(64))
TOLERANCE = 1.05
# The servers share the machine with others, and callgrind is slow; no run takes that long.
TIMEOUT = 100

SERVERS = {
    "raw libuv": ("uvnet-bench-uv", []),
    "uvnet 'data'": ("uvnet-bench-server", ["--api", "data"]),
    "uvnet pipe": ("uvnet-bench-server", ["--api", "pipe"]),
}


def connect(where):
    if isinstance(where, str):
        client = socket.socket(socket.AF_UNIX)
        client.connect(where)
    else:
        client = socket.create_connection(("127.0.0.1", where))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(TIMEOUT)
    return client


def talk(client, messages):
    for _ in range(messages):
        client.sendall(MESSAGE)
        got = b""
        while len(got) < len(MESSAGE):
            part = client.recv(len(MESSAGE) - len(got))
            if not part:
                sys.exit("the server closed a connection")
            got += part
        if got != MESSAGE:
            sys.exit("other bytes came back")


def serve(tracer, server, arguments, path, messages):
    """Runs a server under a tracer and sends it messages; path None: TCP. What the tracer said."""
    process = subprocess.Popen(
        [*tracer, server, "echo", "unix:" + path if path else "0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watchdog = threading.Timer(TIMEOUT, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        found = re.match(r"listening (\d+)", line)
        if not found:
            sys.exit(f"the server did not start: {line}{process.stderr.read()}")
        with connect(path or int(found.group(1))) as client:
            # The first ones fill pools and link symbols.
            talk(client, 20)
            talk(client, messages)
            # Under strace the server is a child, and only it must end; callgrind is the server.
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            for pid in children or [process.pid]:
                os.kill(int(pid), signal.SIGTERM)
            process.wait(TIMEOUT)
        return process.stderr.read()
    finally:
        watchdog.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


def calls(server, arguments, unix, messages):
    """System calls of a run."""
    with tempfile.TemporaryDirectory() as folder:
        summary = os.path.join(folder, "summary")
        path = os.path.join(folder, "echo.sock") if unix else None
        serve(["strace", "-f", "-c", "-o", summary], server, arguments, path, messages)
        total = 0
        with open(summary, encoding="utf-8") as rows:
            for row in rows:
                words = row.split()
                if len(words) >= 5 and re.fullmatch(r"[\d.]+", words[0]) and words[-1] != "total":
                    total += int(words[3])
        return total


ALLOCATORS = re.compile(r"^(malloc|calloc|realloc|memalign|aligned_alloc|posix_memalign)$")


def instructions(server, arguments, messages):
    """Instructions in user space and allocations of a run."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind")
        said = serve(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out], server,
                     arguments, None, messages)
        found = re.search(r"Collected\s*:\s*(\d+)", said)
        if not found:
            sys.exit("callgrind counted nothing: " + said)
        return int(found.group(1)), allocations(out)


def allocations(out):
    """Calls of malloc and its kin in callgrind's file, where a name stands only at its first use."""
    names = {}
    count = 0
    called = None
    with open(out, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = re.match(r"(c?fn)=\((\d+)\)(?: (.*))?$", line)
            if found:
                kind, number, name = found.groups()
                if name:
                    names[number] = name
                called = names.get(number, "") if kind == "cfn" else called
            elif line.startswith("calls=") and called is not None:
                if ALLOCATORS.match(called):
                    count += int(line[6:].split()[0])
                called = None
    return count


def measure(build, messages):
    figures = {}
    for name, (program, arguments) in SERVERS.items():
        server = os.path.join(build, "bench", program)
        if not os.path.exists(server):
            sys.exit(f"{server} is not built: tools/dev bench builds it")
        entry = figures[name] = {}
        for where, unix in (("tcp", False), ("unix", True)):
            none = calls(server, arguments, unix, 0)
            entry[f"calls {where}"] = (calls(server, arguments, unix, messages) - none) / messages
        none = instructions(server, arguments, 0)
        some = instructions(server, arguments, messages)
        entry["instructions"] = round((some[0] - none[0]) / messages, 1)
        entry["allocations"] = (some[1] - none[1]) / messages
    return figures


def surroundings(build):
    """What instructions depend on."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        settings = dict(re.findall(r"^(\w+):\w+=(.*)$", cache.read(), re.M))
    if settings.get("CMAKE_BUILD_TYPE") != "Release":
        sys.exit(f"{build} is no release build")
    version = subprocess.run([settings["CMAKE_CXX_COMPILER"], "-dumpfullversion"],
                             capture_output=True, text=True, check=True).stdout.strip()
    libuv = subprocess.run(["pkg-config", "--modversion", "libuv"], capture_output=True, text=True,
                           check=True).stdout.strip()
    compiler = os.path.basename(os.path.realpath(settings["CMAKE_CXX_COMPILER"]))
    return {"compiler": f"{compiler} {version}", "libuv": libuv, "libc": platform.libc_ver()[1],
            "processor": platform.machine()}


def make(build):
    """A release build of the servers, and of nothing else."""
    parts = [f"-DUVNET_BUILD_{part}=OFF" for part in ("TESTS", "EXAMPLES", "TOOLS", "NODE")]
    for command in (["cmake", "-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                     "-DUVNET_WERROR=ON", *parts],
                    ["cmake", "--build", build, "-j", str(os.cpu_count() or 1), "--target",
                     "uvnet_bench_server", "uvnet_bench_uv"]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout + done.stderr)


def complaints(figures, record, same):
    found = []
    for name, entry in figures.items():
        for figure, value in entry.items():
            recorded = record[name][figure]
            if figure == "instructions" and not same:
                continue
            if name != "raw libuv" and value > recorded * TOLERANCE + 0.005:
                found.append(f"{name}: {value:g} {figure} per message, recorded are {recorded:g}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if options.make:
        make(options.build)
    here = surroundings(options.build)
    figures = measure(options.build, options.messages)
    print(f"{'server':14} {'calls tcp':>9} {'calls unix':>10} {'instructions':>12} "
          f"{'allocations':>11}  per message")
    for name, entry in figures.items():
        print(f"{name:14} {entry['calls tcp']:9.3f} {entry['calls unix']:10.3f} "
              f"{entry['instructions']:12.0f} {entry['allocations']:11.3f}")
    if options.record:
        with open(RECORD, "w", encoding="utf-8") as file:
            json.dump({"surroundings": here, "figures": figures}, file, indent=2)
            file.write("\n")
    if options.check:
        with open(RECORD, encoding="utf-8") as file:
            record = json.load(file)
        same = record["surroundings"] == here
        if not same:
            print(f"instructions are not compared: the record is of {record['surroundings']}, "
                  f"this is {here}")
        found = complaints(figures, record["figures"], same)
        if found:
            sys.exit("\n".join(found))


if __name__ == "__main__":
    main()

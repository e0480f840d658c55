#!/usr/bin/env python3
"""Counts the system calls of one echoed message with strace.

usage: tools/syscalls.py [--server PATH] [--messages N] [--connections N] [--check]

Runs uvnet-bench-server (release) under strace for each way to echo and for the twin in raw libuv,
sends messages of 64 bytes over TCP and over a Unix socket, and prints calls per message. --check
fails unless uvnet needs one read and one write per message, as raw libuv does. The calls of start,
accept and close are taken off by measuring them in a run of no messages.
"""
import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

MESSAGE = bytes(range(64))
READS = ("read", "readv", "recvmsg", "recvfrom")
WRITES = ("write", "writev", "sendmsg", "sendto")
# strace and the client share the machine with others; no message takes that long.
TIMEOUT = 60


def connect(where, port):
    if where == "unix":
        client = socket.socket(socket.AF_UNIX)
        client.connect(port)
    else:
        client = socket.create_connection(("127.0.0.1", port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.settimeout(TIMEOUT)
    return client


def talk(clients, messages):
    for _ in range(messages):
        for client in clients:
            client.sendall(MESSAGE)
        for client in clients:
            got = b""
            while len(got) < len(MESSAGE):
                part = client.recv(len(MESSAGE) - len(got))
                if not part:
                    sys.exit("the server closed a connection")
                got += part
            if got != MESSAGE:
                sys.exit("other bytes came back")


def count(server, arguments, where, connections, messages):
    """The server's calls: {name: number}."""
    with tempfile.TemporaryDirectory() as folder:
        summary = os.path.join(folder, "summary")
        path = os.path.join(folder, "echo.sock")
        target = "unix:" + path if where == "unix" else "0"
        process = subprocess.Popen(
            ["strace", "-f", "-c", "-o", summary, server, "echo", target, *arguments],
            stdout=subprocess.PIPE, text=True)
        watchdog = threading.Timer(TIMEOUT, process.kill)
        watchdog.start()
        try:
            line = process.stdout.readline()
            found = re.match(r"listening (\d+)", line)
            if not found:
                sys.exit("the server did not start: " + line)
            clients = [connect(where, path if where == "unix" else int(found.group(1)))
                       for _ in range(connections)]
            talk(clients, messages)
            # The traced server is strace's child: only it must end, strace then writes its table.
            children = open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()
            for pid in children:
                os.kill(int(pid), signal.SIGTERM)
            process.wait(TIMEOUT)
            for client in clients:
                client.close()
        finally:
            watchdog.cancel()
            process.stdout.close()
            if process.poll() is None:
                process.kill()
        calls = {}
        for row in open(summary):
            words = row.split()
            if len(words) >= 5 and re.fullmatch(r"[\d.]+", words[0]) and words[-1] != "total":
                calls[words[-1]] = int(words[3])
        return calls


def per_message(server, arguments, where, connections, messages):
    idle = count(server, arguments, where, connections, 0)
    busy = count(server, arguments, where, connections, messages)
    total = connections * messages
    return {name: (busy[name] - idle.get(name, 0)) / total for name in busy}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default="build/release/bench/uvnet-bench-server")
    parser.add_argument("--messages", type=int, default=200, help="per connection")
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not os.path.exists(options.server):
        sys.exit(f"{options.server} is not built: tools/dev bench builds it")

    failed = False
    print(f"{'server':16} {'over':5} {'reads':>6} {'writes':>6} {'other':>6} {'all':>6}  per message")
    for name, arguments in (("raw libuv", ["--impl", "uv"]), ("uvnet 'data'", ["--api", "data"]),
                            ("uvnet pipe", ["--api", "pipe"])):
        for where in ("tcp", "unix"):
            calls = per_message(options.server, arguments, where, options.connections,
                                options.messages)
            reads = sum(calls.get(call, 0) for call in READS)
            writes = sum(calls.get(call, 0) for call in WRITES)
            everything = sum(calls.values())
            print(f"{name:16} {where:5} {reads:6.3f} {writes:6.3f} "
                  f"{everything - reads - writes:6.3f} {everything:6.3f}")
            # A message can come in two reads only if the kernel cuts it; a few in a thousand.
            if name.startswith("uvnet") and not (reads < 1.01 and writes < 1.01):
                failed = True
    if options.check and failed:
        sys.exit("more than one read or write per message")


if __name__ == "__main__":
    main()

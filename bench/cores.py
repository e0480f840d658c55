#!/usr/bin/env python3
"""How examples/several_cores scales: one loop against two, on two processors.

usage: bench/cores.py [--build DIR] [--rounds N] [--seconds S] [--connections N] [--out FILE]

Each round starts the example with one thread and with two, and loads it from two clients, one for
each processor, with messages of 64 bytes that all come back checked. Told are the messages per
second, the CPU time of the server per message and how busy its threads were: with loops that share
nothing, the CPU per message stays and the second processor's time is added. On two processors the
clients take their part of both, so the rate alone says less than these. --out writes JSON lines.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from driver import measure, report, servers  # noqa: E402
from run import machine  # noqa: E402

CLIENTS = 2
# Connecting and the clients' own warm-up lie before the span that is measured.
WARMUP = 0.6


def cpu(pid):
    return measure.Bench.spent([pid])


def threads_of(pid):
    """CPU seconds of each thread that has done anything."""
    used = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            used[thread] = int(file.read().split()[0]) / 1e9
    return used


def load(program, port, processor, options):
    return subprocess.Popen(
        [program, "echo", port, "--skip-line", "1", "--connections",
         str(options.connections // CLIENTS), "--in-flight", str(options.in_flight),
         "--seconds", str(options.seconds), "--warmup", str(WARMUP)],
        stdout=subprocess.PIPE, text=True, preexec_fn=measure.pin(processor))


def run(options, threads):
    example = subprocess.Popen(
        [os.path.join(options.build, "examples", "uvnet_example_several_cores"), "0", str(threads)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    clients = []
    try:
        port = measure.read_line(example.stdout, "the example").split()[-1]
        program = os.path.join(options.build, "bench", "uvnet-bench-load")
        clients = [load(program, port, processor, options) for processor in range(CLIENTS)]
        time.sleep(WARMUP + 0.1)
        before, began, each = cpu(example.pid), time.monotonic(), threads_of(example.pid)
        time.sleep(options.seconds - 0.2)
        took, used = time.monotonic() - began, cpu(example.pid) - before
        busy = sorted((seconds - each.get(thread, 0) for thread, seconds
                       in threads_of(example.pid).items()), reverse=True)[:threads]
        rate = 0
        for client in clients:
            out, _ = client.communicate(timeout=options.seconds + measure.START_SECONDS)
            if client.returncode != 0:
                raise measure.Failed("a client failed")
            rate += json.loads(out)["rate"]
        return {"threads": threads, "rate": rate, "cpu_ns": used / took / rate * 1e9,
                "busy": [round(seconds / took, 3) for seconds in busy]}
    finally:
        for client in clients:
            client.kill()
            client.communicate()
        example.communicate()  # the end of its input ends it, once the connections have


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(servers.ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=100)
    parser.add_argument("--in-flight", type=int, default=1)
    parser.add_argument("--out")
    options = parser.parse_args()
    results = {1: [], 2: []}
    for _ in range(options.rounds):
        for threads, runs in results.items():
            runs.append(run(options, threads))
    print(f"{os.cpu_count()} processors, {options.connections} connections, {options.rounds} rounds "
          f"of {options.seconds:g} s")
    print(f"{'loops':>5} {'messages/s':>11} {'ns/message':>11}  busy")
    for threads, runs in results.items():
        middle = {key: statistics.median(r[key] for r in runs) for key in ("rate", "cpu_ns")}
        busy = " ".join(f"{statistics.median(r['busy'][i] for r in runs):.0%}"
                        for i in range(threads))
        print(f"{threads:>5} {middle['rate']:>11.0f} {middle['cpu_ns']:>11.0f}  {busy}")
    for key, said in (("rate", "messages per second"), ("cpu_ns", "CPU per message")):
        ratios = [two[key] / one[key] for one, two in zip(results[1], results[2])]
        print(f"two loops, {said}: {statistics.median(ratios):.2f} x one "
              f"({min(ratios):.2f}-{max(ratios):.2f})")
    if options.out:
        os.makedirs(os.path.dirname(os.path.abspath(options.out)), exist_ok=True)
        report.write_lines(options.out, [machine(), *results[1], *results[2]])


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as failure:
        sys.exit(f"cores: {failure}")

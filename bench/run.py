#!/usr/bin/env python3
"""Compares servers under load: the driver behind `tools/dev bench`.

usage: bench/run.py [--quick | --set NAME] [--workloads A,B] [--servers A,B] [--rounds N]
                    [--seconds S] [--build DIR] [--node PATH] [--out DIR] [--redraw] [--list]

Servers are interleaved (A B C, A B C); each run has a fresh server on a processor of its own. The first
figure is the server's CPU time per operation, from the kernel: on shared machines it repeats where
rates do not. Ratios are formed inside a round; higher is better. With --out, every run and the medians
are written there as JSON lines, and as charts where gnuplot is; --redraw only draws those again.
"""
import argparse
import datetime
import json
import os
import platform
import resource
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from driver import charts, measure, report, servers, workloads  # noqa: E402

RETRIES = 2  # of a disturbed run
# Seconds a set may take: beyond the first no disturbed run is repeated, and beyond the second further
# rounds of a workload are left out, unless --rounds asks for them.
BUDGET = (500, 570)
QUICK_BUDGET = (45, 55)


def machine():
    cpu = platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    return {"cpu": cpu, "cpus": os.cpu_count(), "kernel": platform.release(),
            "date": datetime.date.today().isoformat()}


class Progress:
    def __init__(self, total):
        self.total = total
        self.done = 0
        self.left_out = 0
        self.began = time.monotonic()
        self.shown = sys.stderr.isatty()

    def in_time(self, budget):
        """Whether at this pace all is done in so many seconds."""
        return (time.monotonic() - self.began) * self.total < budget * max(self.done, 1)

    def leave_out(self, runs):
        self.total -= runs
        self.left_out += runs

    def step(self, text):
        if self.shown:
            left = ""
            if self.done:
                seconds = (time.monotonic() - self.began) / self.done * (self.total - self.done)
                left = f"{seconds:.0f} s left"
            sys.stderr.write(f"\r\x1b[K[{self.done + 1}/{self.total}] {text}  {left}")
            sys.stderr.flush()
        self.done += 1

    def clear(self):
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def run_workload(bench, workload, contenders, rounds, seconds, progress, budget, lines):
    results = {server.name: [] for server in contenders}
    rounds = 1 if workload.load == "idle" else rounds
    for number in range(rounds):
        if number > 0 and not progress.in_time(budget[1]):
            progress.leave_out((rounds - number) * len(contenders))
            break
        for server in contenders:
            progress.step(f"{workload.name}, round {number + 1}, {server.name}")
            best = failed = None
            for _ in range(1 + RETRIES):
                try:
                    result = bench.run(server, workload, seconds)
                except measure.Failed as failure:
                    failed = str(failure)  # once may be the machine's fault, but it is told
                    continue
                if best is None or result.get("foreign", 0) < best.get("foreign", 0):
                    best = result
                if not result["disturbed"] or not progress.in_time(budget[0]):
                    break
            if best is None:
                # Who cannot do its part has no figure.
                best = {"failed": failed, "disturbed": True}
            elif failed is not None:
                best["repeated"] = failed
            results[server.name].append(best)
            lines.append({"workload": workload.name, "server": server.name, "round": number, **best})
    return results


def draw(folder, chosen, about, summaries):
    if chosen == "curves":
        charts.draw_curves(folder, workloads.CURVES, about, summaries)
    else:
        charts.draw(folder, chosen, about, summaries)


def redraw(folder):
    """The charts of what was measured before."""
    for chosen in workloads.SETS:
        path = os.path.join(folder, f"{chosen}.jsonl")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as recorded:
                about, *summaries = map(json.loads, recorded)
            draw(folder, chosen, about, summaries)


def parse():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ", 1)[1].split("\n\n")[0],
                                     description=__doc__.split("\n\n", 2)[2])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--set", choices=workloads.SETS, default="standard")
    parser.add_argument("--workloads")
    parser.add_argument("--servers")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--build", default=os.path.join(servers.ROOT, "build", "release"))
    parser.add_argument("--node", default=os.environ.get("UVNET_NODE") or shutil.which("node"))
    parser.add_argument("--out")
    parser.add_argument("--redraw", action="store_true")
    parser.add_argument("--list", action="store_true")
    return parser, parser.parse_args()


def main():
    parser, arguments = parse()
    if arguments.redraw:
        redraw(arguments.out or os.path.join(servers.ROOT, "bench", "results"))
        return
    chosen = "quick" if arguments.quick else arguments.set
    names, layer_names = workloads.SETS[chosen]
    if arguments.workloads:
        names = [name.strip() for name in arguments.workloads.split(",")]
    if arguments.servers:
        layer_names = [name.strip() for name in arguments.servers.split(",")]
    for name in names:
        if name not in workloads.BY_NAME:
            parser.error(f"no workload '{name}': {', '.join(workloads.BY_NAME)}")
    found = servers.layers(os.path.abspath(arguments.build), arguments.node)
    if arguments.list:
        print("workloads:", ", ".join(workloads.BY_NAME))
        print("servers:  ", ", ".join(found))
        return
    missing = [name for name in layer_names if name not in found]
    if arguments.servers and missing:
        parser.error(f"no server {', '.join(missing)} here; there are {', '.join(found)}")
    rounds = arguments.rounds or (2 if chosen == "quick" else 3)
    seconds = arguments.seconds or (0.4 if chosen == "quick" else 0.5)
    budget = QUICK_BUDGET if chosen == "quick" else BUDGET
    if arguments.rounds:
        budget = (budget[0], float("inf"))
    backend = next(found[name][0] for name in ("epoll", "uv", "node") if name in found)

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    plan = []
    for name in names:
        workload = workloads.BY_NAME[name]
        plan.append((workload, servers.contenders(found, layer_names, workload)))
    progress = Progress(sum(len(c) * (1 if w.load == "idle" else rounds) for w, c in plan))
    about = machine()
    print(f"{about['cpu']}, {about['cpus']} processors, Linux {about['kernel']}; "
          f"{rounds} rounds of {seconds} s")
    lines = []
    summaries = []
    with measure.Bench(os.path.abspath(arguments.build), backend) as bench:
        for workload, contenders in plan:
            results = run_workload(bench, workload, contenders, rounds, seconds, progress, budget, lines)
            progress.clear()
            entries = report.summary(results)
            print(report.table(workload, entries), flush=True)
            summaries += [{"workload": workload.name, "unit": workload.unit, **e} for e in entries]
    if progress.left_out:
        print(f"\n{progress.left_out} runs were left out for time: some workloads have fewer rounds")
    for line in lines:
        for what in ("repeated", "failed"):
            if what in line:
                print(f"{line['workload']}, {line['server']}: {what}: {line[what]}")
    failures = [f"{s['workload']}, {s['server']}: {s['failed']}" for s in summaries if "failed" in s]
    if arguments.out:
        os.makedirs(arguments.out, exist_ok=True)
        report.write_lines(os.path.join(arguments.out, f"{chosen}-runs.jsonl"), [about, *lines])
        report.write_lines(os.path.join(arguments.out, f"{chosen}.jsonl"), [about, *summaries])
        draw(arguments.out, chosen, about, summaries)
        print(f"\nwritten: {arguments.out}/{chosen}*")
    if failures:
        raise measure.Failed("\n".join(failures))


if __name__ == "__main__":
    try:
        main()
    except measure.Failed as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)

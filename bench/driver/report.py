"""Medians, ratios and the table."""
import json
import statistics

BASES = (("uv", "x libuv"), ("node", "x node"))


def cost(result):
    return result["cpu_ns"] if "cpu_ns" in result else result["bytes"]


def base_of(rounds, layer, name):
    """The contender that a layer is judged by: the one with the same way, else its first."""
    way = name.partition(" ")[2]
    if f"{layer} {way}" in rounds:
        return f"{layer} {way}"
    # With several ways, the one a program of that layer would choose first.
    for other in rounds:
        if other.split(" ")[0] == layer:
            return other
    return None


def ratios(rounds, name, base):
    """base / name inside each round, where the machine was the same; undisturbed ones if any."""
    pairs = [(a, b) for a, b in zip(rounds[base], rounds[name])
             if "failed" not in a and "failed" not in b]
    quiet = [pair for pair in pairs if not pair[0]["disturbed"] and not pair[1]["disturbed"]]
    return [cost(a) / cost(b) for a, b in (quiet or pairs) if cost(b) > 0]


def median_of(results, key):
    quiet = [r[key] for r in results if key in r and not r["disturbed"]]
    values = quiet or [r[key] for r in results if key in r]  # a failed one has none
    return statistics.median(values) if values else None


def summary(rounds):
    """One entry per contender: medians, ratios with spread, how many runs stayed disturbed."""
    entries = []
    for name, results in rounds.items():
        failed = [r["failed"] for r in results if "failed" in r]
        if failed and len(failed) == len(results):
            entries.append({"server": name, "failed": failed[0]})
            continue
        entry = {"server": name, "runs": len(results),
                 "disturbed": sum(r["disturbed"] for r in results)}
        for key in ("cpu_ns", "rate", "p50_us", "p99_us", "p999_us", "bytes"):
            value = median_of(results, key)
            if value is not None:
                entry[key] = value
        for layer, _ in BASES:
            base = base_of(rounds, layer, name)
            if base is None:
                continue
            values = ratios(rounds, name, base)
            if values:
                entry["x_" + layer] = [statistics.median(values), min(values), max(values)]
        entries.append(entry)
    return entries


def spread(entry, key):
    if key not in entry:
        return ""
    median, low, high = entry[key]
    return f"{median:.2f} ({low:.2f}-{high:.2f})"


def table(workload, entries):
    """The lines of one workload."""
    idle = workload.load == "idle"
    unit = "bytes/conn" if idle else f"ns/{workload.unit}"
    lines = [f"\n{workload.name:17}{unit:>14} {'rate/s':>11} {'p50/p99/p99.9 us':>22} "
             f"{'x libuv (min-max)':>20} {'x node (min-max)':>20}"]
    for entry in entries:
        if "failed" in entry:
            lines.append(f"  {entry['server']:15}{'failed: ' + entry['failed']:>14}")
            continue
        first = entry["bytes"] if idle else entry["cpu_ns"]
        times = ""
        if "p50_us" in entry:
            times = "/".join(f"{entry[k]:.0f}" for k in ("p50_us", "p99_us", "p999_us"))
        rate = f"{entry['rate']:.0f}" if "rate" in entry else ""
        mark = "" if not entry["disturbed"] else f"  {entry['disturbed']} of {entry['runs']} disturbed"
        lines.append(f"  {entry['server']:15}{first:>14.0f} {rate:>11} {times:>22} "
                     f"{spread(entry, 'x_uv'):>20} {spread(entry, 'x_node'):>20}{mark}")
    return "\n".join(lines)


def write_lines(path, lines):
    with open(path, "w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(line, separators=(",", ":")) + "\n")

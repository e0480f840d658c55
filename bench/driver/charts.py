"""SVG charts of a summary, drawn by gnuplot: a group of bars per workload and a bar per server, or
a line per server that shows how a cost grows."""
import os
import shutil
import subprocess

# One colour per layer, its other ways lighter ones. Legible for the colour-blind.
COLOURS = {"uvnet": ("#0072b2", "#56b4e9", "#b3dcf5"), "uv": ("#555555",), "epoll": ("#aaaaaa",),
           "asio": ("#cc79a7",), "node": ("#009e73", "#66c5ab"), "addon": ("#d55e00", "#e69f00"),
           "bun": ("#f0e442", "#f7f0a0")}


def quoted(text):
    return '"' + text.replace('"', "'") + '"'


def series(server):
    """A workload has ways ('data' and pipe, plain and corked) or none; bars have three at most."""
    layer, _, way = server.partition(" ")
    return layer + {"pipe": " (pipe, cork)", "cork": " (pipe, cork)",
                    "autocork": " (autoCork)"}.get(way, "")


def colour_of(name):
    shades = COLOURS.get(name.split(" ")[0], ("#000000",))
    return shades[0 if " " not in name else 2 if "autoCork" in name else 1]


def bars(path, title, label, rows, line=None, log=False):
    """rows: {workload: {server: value}}; a line is drawn at that value."""
    columns = []
    for values in rows.values():
        columns += [server for server in values if server not in columns]
    if not columns:
        return
    data = []
    for workload, values in rows.items():
        cells = (f"{values[c]:.4g}" if c in values else "?" for c in columns)
        data.append(quoted(workload) + " " + " ".join(cells))
    plots = []
    for index, server in enumerate(columns):
        name = "$data" if index == 0 else "''"
        first = ":xtic(1)" if index == 0 else ""
        plots.append(f"{name} using {index + 2}{first} title {quoted(server)} "
                     f"linecolor rgb '{colour_of(server)}'")
    script = [
        f"set terminal svg size {max(900, 250 + 12 * (len(columns) + 1) * len(rows))},480 "
        "font 'sans-serif,12' background '#ffffff'",
        f"set output {quoted(path)}", f"set title {quoted(title)}", f"set ylabel {quoted(label)}",
        "set style data histogram", "set style histogram cluster gap 1",
        "set style fill solid noborder", "set boxwidth 0.9", "set datafile missing '?'",
        f"set xrange [-0.7:{len(rows) - 0.3}]", "set xtics rotate by -30 nomirror", "set grid ytics linecolor rgb '#dddddd'",
        "set key outside right", "set logscale y" if log else "set yrange [0:]",
    ]
    if line is not None:
        script.append(f"set arrow from graph 0,first {line} to graph 1,first {line} nohead "
                      "linecolor rgb '#000000' dashtype 2")
    script += ["$data << END", *data, "END", "plot " + ", ".join(plots)]
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def machine_of(about):
    return f"{about['cpu']}, {about['cpus']} processors, Linux {about['kernel']}, {about['date']}"


def draw(folder, name, about, summaries):
    """CPU time relative to the base by kind of work, latency, memory; none without gnuplot."""
    if not shutil.which("gnuplot"):
        print("no gnuplot, so no charts")
        return
    machine = machine_of(about)
    base, said = ("x_uv", "raw libuv") if any("x_uv" in s for s in summaries) else ("x_node", "Node")
    kinds = {"echo": {}, "flows": {}, "writes": {}}
    late, memory = {}, {}

    def note(rows, entry, value):
        rows.setdefault(entry["workload"], {})[series(entry["server"])] = value

    for entry in summaries:
        if "bytes" in entry:
            note(memory, entry, entry["bytes"])
        elif base in entry:
            kind = "echo" if "echo" in entry["workload"] else "flows"
            if "writes" in entry["workload"]:
                kind = "writes"  # on a scale of its own
            note(kinds[kind], entry, entry[base][0])
        if "p99_us" in entry:
            note(late, entry, entry["p99_us"])
    for kind, rows in kinds.items():
        bars(os.path.join(folder, f"{name}-{kind}.svg"),
             f"Work per CPU time of the server, times {said} (higher is better)\\n{machine}",
             f"times {said}", rows, line=1)
    bars(os.path.join(folder, f"{name}-p99.svg"),
         f"Latency that 99 % of the messages stay below\\n{machine}", "microseconds", late, log=True)
    bars(os.path.join(folder, f"{name}-memory.svg"),
         f"Memory of the server per idle connection\\n{machine}", "bytes", memory)


def line_chart(path, title, labels, series):
    """series: {name: [(x, y)]}; x is logarithmic, y where it must be."""
    values = [y for points in series.values() for _, y in points]
    script = [
        "set terminal svg size 800,480 font 'sans-serif,12' background '#ffffff'",
        f"set output {quoted(path)}", f"set title {quoted(title)}", f"set xlabel {quoted(labels[0])}",
        f"set ylabel {quoted(labels[1])}", "set logscale x", "set format x '%.0f'",
        # What spans decades would show nothing of its lower end.
        "set logscale y" if max(values) > 20 * min(values) else "set yrange [0:]",
        "set grid linecolor rgb '#dddddd'", "set key outside right",
    ]
    plots = []
    for index, (name, points) in enumerate(series.items()):
        script += [f"$d{index} << END", *(f"{x} {y:.6g}" for x, y in sorted(points)), "END"]
        plots.append(f"$d{index} using 1:2 with linespoints linewidth 2 pointtype 7 pointsize 0.6 "
                     f"linecolor rgb '{curve_colour(name)}' title {quoted(name)}")
    script.append("plot " + ", ".join(plots))
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def curve_colour(server):
    layer, _, way = server.partition(" ")
    shades = COLOURS.get(layer, ("#000000",))
    return shades[min(1 if way in ("pipe", "timeout") else 0, len(shades) - 1)]


def draw_curves(folder, curves, about, summaries):
    """A chart per curve, a line per server; none without gnuplot."""
    if not shutil.which("gnuplot"):
        print("no gnuplot, so no charts")
        return
    for curve in curves:
        series = {}
        for x, workload in curve.points:
            for entry in summaries:
                value = entry.get("cpu_ns", entry.get("bytes"))
                if entry["workload"] == workload.name and value is not None:
                    series.setdefault(entry["server"], []).append((x, curve.per(value, x)))
        if series:
            line_chart(os.path.join(folder, f"curves-{curve.name}.svg"),
                       f"{curve.title}\\n{machine_of(about)}", (curve.x, curve.y), series)

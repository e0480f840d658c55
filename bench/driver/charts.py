"""SVG charts of a summary, drawn by gnuplot: a group of bars per workload and a bar per server, or
a line per server that shows how a cost grows."""
import math
import os
import shutil
import subprocess

# One colour per layer, its other ways lighter ones. Legible for the colour-blind.
COLOURS = {"uvnet": ("#0072b2", "#56b4e9", "#b3dcf5"), "uv": ("#555555",), "epoll": ("#aaaaaa",),
           "asio": ("#cc79a7",), "node": ("#009e73", "#66c5ab"), "addon": ("#d55e00", "#e69f00"),
           "bun": ("#f0e442", "#f7f0a0")}

# A README shows pictures at most this wide; wider ones are made smaller there, their letters too.
WIDTH = 900
FONT = "'sans-serif,12'"
# Groups of bars side by side: as many as have room for the name of a workload below them.
GROUPS = 6

LAYERS = {"uv": "raw libuv", "addon": "uvnet in Node"}
WAYS = {"autocork": "autoCork"}


def quoted(text):
    return '"' + text.replace('"', "'") + '"'


def series(server):
    """Which bars are of one colour, as (layer, way): a workload has ways ('data' and pipe, plain and
    corked) or none, and bars have three at most, so a pipe and a cork, which no workload has both,
    are one."""
    layer, _, way = server.partition(" ")
    return layer, {"pipe": "pipe", "cork": "pipe", "autocork": "autocork"}.get(way, "")


def colour_of(layer, way):
    shades = COLOURS.get(layer, ("#000000",))
    return shades[min({"": 0, "autocork": 2}.get(way, 1), len(shades) - 1)]


def title_of(layer, ways):
    name = LAYERS.get(layer, layer)
    said = ", ".join(WAYS.get(way, way) for way in ways if way not in ("", "data", "plain"))
    return f"{name} ({said})" if said else name


def plot(script):
    subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)


def head(path, title, names, panels, panel):
    """A title, the key below it (three names side by side), and so many panels of a height."""
    lines = -(-len(names) // 3)
    above, between, below = 50 + 20 * lines, 50, 60
    height = above + panels * panel + (panels - 1) * between + below
    margins = (75 / WIDTH, 1 - 15 / WIDTH, below / height, 1 - above / height)
    return [
        # A background of its own: on a dark page, too, the letters are black on white.
        f"set terminal svg size {WIDTH},{height} font {FONT} background '#ffffff'",
        f"set output {quoted(path)}",
        f"set multiplot layout {panels},1 title {quoted(title)} margins screen "
        + ",".join(f"{margin:.4f}" for margin in margins)
        + f" spacing screen 0,{between / height:.4f}",
        f"set key at screen 0.5,screen {1 - 46 / height:.4f} center top horizontal samplen 2 width -3 "
        f"maxcols 3 maxrows {lines}",
        "set grid ytics linecolor rgb '#dddddd'", "set format y '%.6g'", "set xtics nomirror",
    ]


def figures(columns, row):
    """Labels above the bars of the only group; a bar is 1 / (columns + gap) wide."""
    labels = []
    for index, column in enumerate(columns):
        if column in row:
            text = f"{row[column]:,.0f}" if row[column] >= 20 else f"{row[column]:.3g}"
            at = (index - (len(columns) - 1) / 2) / (len(columns) + 1)
            labels.append(f"set label {quoted(text)} at first {at:.4f},{row[column]} center offset 0,0.6")
    return labels


def bars(path, title, label, rows, line=None, log=False):
    """rows: {workload: {server: value}}; a line is drawn at that value."""
    values, ways = {}, {}
    for workload, row in rows.items():
        for server, value in row.items():
            key = series(server)
            values.setdefault(workload, {})[key] = value
            seen = ways.setdefault(key, [])
            if (way := server.partition(" ")[2]) not in seen:
                seen.append(way)
    # The ways of a layer stand beside each other.
    layers = list(dict.fromkeys(layer for layer, _ in ways))
    columns = sorted(ways, key=lambda key: layers.index(key[0]))
    if not columns:
        return
    # Rows of equal length, as nearly as it goes.
    panels = -(-len(values) // GROUPS)
    across = -(-len(values) // panels)
    script = head(path, title, columns, panels, 260 if panels == 1 else 200) + [
        "set style data histogram", "set style histogram cluster gap 1",
        "set style fill solid noborder", "set boxwidth 0.9",
        "set xtics scale 0", f"set ylabel {quoted(label)}", f"set xrange [-0.6:{across - 0.4}]",
    ]
    heights = [value for row in values.values() for value in row.values()]
    ground = 10 ** math.floor(math.log10(min(heights))) if log else 0
    script += [f"set yrange [{ground}:{max(heights) * (1.5 if log else 1.12)}]",
               *(["set logscale y", "set format y '%.0s%c'"] if log else [])]
    if line is not None:
        script.append(f"set arrow from graph 0,first {line} to graph 1,first {line} nohead front "
                      "linecolor rgb '#000000' dashtype 2")
    if len(values) == 1:
        script += figures(columns, *values.values())
    names = list(values)
    for first in range(0, len(names), across):
        data = [" ".join([quoted(name)] + [f"{values[name].get(column, ground)}" for column in columns])
                for name in names[first:first + across]]
        plots = []
        for index, column in enumerate(columns):
            source = f"$d{first}" if index == 0 else "''"
            tics = ":xtic(1)" if index == 0 else ""
            # Said once, in the first row, for all.
            said = title_of(column[0], ways[column]) if first == 0 else None
            plots.append(f"{source} using {index + 2}{tics} linecolor rgb '{colour_of(*column)}' "
                         + (f"title {quoted(said)}" if said else "notitle"))
        script += [f"$d{first} << END", *data, "END", "plot " + ", ".join(plots), "unset label"]
    plot(script + ["unset multiplot"])


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
        rows.setdefault(entry["workload"], {})[entry["server"]] = value

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
         f"Memory of the server per idle connection\\n{machine}", "bytes per connection", memory)


def short(number):
    """Of an axis: 64, 16K (of bytes), 10,000."""
    return f"{number // 1024}K" if number >= 1024 and number % 1024 == 0 else f"{number:,}"


def line_chart(path, title, labels, lines):
    """lines: {server: [(x, y)]}; x is logarithmic, y where it must be."""
    heights = [y for points in lines.values() for _, y in points]
    at = sorted({x for points in lines.values() for x, _ in points})
    script = head(path, title, lines, 1, 340) + [
        f"set xlabel {quoted(labels[0])}", f"set ylabel {quoted(labels[1])}",
        "set grid xtics", "set logscale x", f"set xrange [{at[0] / 1.3:.6g}:{at[-1] * 1.3:.6g}]",
        "set xtics (" + ", ".join(f"{quoted(short(x))} {x}" for x in at) + ")",
        # What spans decades would show nothing of its lower end.
        "set logscale y" if max(heights) > 20 * min(heights) else
        f"set yrange [0:{max(heights) * 1.08}]",
    ]
    plots = []
    for index, (server, points) in enumerate(lines.items()):
        layer, _, way = server.partition(" ")
        script += [f"$d{index} << END", *(f"{x} {y:.6g}" for x, y in sorted(points)), "END"]
        # Rings of growing size: where lines lie upon each other, all are seen.
        plots.append(f"$d{index} using 1:2 with linespoints linewidth 2 pointtype 6 "
                     f"pointsize {1.4 - 0.4 * index:.1f} linecolor rgb "
                     f"'{colour_of(layer, '' if way == 'data' else way)}' "
                     f"title {quoted(title_of(layer, [way]))}")
    plot(script + ["plot " + ", ".join(plots), "unset multiplot"])


def draw_curves(folder, curves, about, summaries):
    """A chart per curve, a line per server; none without gnuplot."""
    if not shutil.which("gnuplot"):
        print("no gnuplot, so no charts")
        return
    for curve in curves:
        lines = {}
        for x, workload in curve.points:
            for entry in summaries:
                value = entry.get("cpu_ns", entry.get("bytes"))
                if entry["workload"] == workload.name and value is not None:
                    lines.setdefault(entry["server"], []).append((x, curve.per(value, x)))
        if lines:
            line_chart(os.path.join(folder, f"curves-{curve.name}.svg"),
                       f"{curve.title}\\n{machine_of(about)}", (curve.x, curve.y), lines)

"""What the servers are asked to do: names, modes and the load client's options."""


class Workload:
    def __init__(self, name, mode, load, unix=False, unit="message", layers=None, ways=None,
                 **options):
        self.name = name
        self.mode = mode  # of the server
        self.load = load  # of the load client
        self.unix = unix
        self.unit = unit
        self.layers = layers  # that can do it; None: all
        self.ways = ways  # to do it; None: what a mode has (servers.WAYS)
        self.options = []
        for option, value in options.items():
            self.options += ["--" + option.replace("_", "-"), str(value)]


def echo_options(connections, size, in_flight):
    options = {"connections": connections, "size": size, "in_flight": in_flight}
    if connections >= 1000:
        options["warmup"] = 0.5
    if connections >= 10000:
        # A round of all of them takes a good part of a second.
        options["seconds"] = 1
    return options


def echo(connections, size, in_flight=1, unix=False, mode="echo"):
    sizes = {1024: "1K", 4096: "4K", 16384: "16K", 65536: "64K", 262144: "256K"}
    name = f"{mode} {connections}x{sizes.get(size, size)}"
    if in_flight > 1:
        name += f" p{in_flight}"
    if unix:
        name = "unix " + name
    return Workload(name, mode, "echo", unix, **echo_options(connections, size, in_flight))


ALL = [
    echo(1, 64),
    echo(50, 64),
    echo(50, 64, 16),
    echo(50, 1024),
    echo(50, 16384),
    echo(1, 65536, 4),
    echo(8, 262144),
    echo(1000, 64),
    echo(10000, 64),
    echo(50, 64, unix=True),
    echo(50, 16384, unix=True),
    Workload("sink", "sink", "sink", unit="KiB"),
    Workload("source", "source", "source", unit="KiB"),
    Workload("churn", "churn", "churn", unit="connection", connections=50),
    echo(50, 64, mode="proxy"),
    echo(50, 16384, mode="proxy"),
    echo(8, 262144, mode="proxy"),
    # Each message goes back as 100 writes of 16 bytes, made in one turn.
    Workload("100 writes of 16", "pieces", "echo", connections=50, size=1600),
    # More is on its way than the kernel holds, and the client takes little at a time.
    Workload("slow readers", "echo", "echo", connections=20, size=16384, in_flight=64,
             read_max=4096, receive_buffer=16384, warmup=0.7),
    Workload("idle memory", "echo", "idle", unit="bytes", connections=10000),
]


class Curve:
    """How a cost grows: what is measured at each x, and what of it is y."""

    def __init__(self, name, title, x, y, points, per=None):
        self.name = name
        self.title = title
        self.x = x  # the label
        self.y = y
        self.points = points  # (x, workload)
        self.per = per or (lambda value, x: value)


CONNECTIONS = (1, 10, 100, 1000, 10000)
SIZES = (64, 256, 1024, 4096, 16384, 65536)
CURVES = [
    # One message is on its way per connection, so those of one connection wake the server each.
    Curve("connections", "CPU per message of 64 bytes, by connections", "connections",
          "ns per message", [(n, echo(n, 64)) for n in CONNECTIONS]),
    Curve("chunk", "CPU per byte echoed, by the size of a message (50 connections)", "bytes per message",
          "ns per byte", [(n, echo(50, n)) for n in SIZES], lambda value, x: value / x),
    Curve("queue", "CPU per write of 16 bytes made and sent, by how many wait", "writes that wait",
          "ns per write",
          [(n, Workload(f"queue {n}", "queue", "queue", unit="write", layers=("uv", "uvnet"),
                        ways=(None,), count=n)) for n in (1, 10, 100, 1000, 10000, 100000, 1000000)]),
    Curve("timeouts", "CPU per message of 64 bytes, by sockets with an idle timeout",
          "sockets", "ns per message",
          [(n, Workload(f"timeouts {n}", "echo", "echo", layers=("uvnet",), ways=("data", "timeout"),
                        **echo_options(n, 64, 1))) for n in (10, 100, 1000, 10000)]),
    Curve("memory", "Memory of the server per idle connection, by connections", "connections",
          "bytes per connection", [(n, Workload(f"idle memory {n}", "echo", "idle", unit="bytes", connections=n))
                    for n in (1000, 3000, 10000)]),
]
CURVE_WORKLOADS = [workload for curve in CURVES for _, workload in curve.points]
BY_NAME = {workload.name: workload for workload in [*CURVE_WORKLOADS, *ALL]}

# Named sets: (workloads, layers).
STANDARD = [w.name for w in ALL]
QUICK = ["echo 50x64", "unix echo 50x64", "echo 50x16K", "churn"]
# What the addon is for, beside stock Node.
NODE = ["echo 50x64", "echo 50x16K", "unix echo 50x64", "unix echo 50x16K", "sink", "source",
        "100 writes of 16", "churn", "proxy 50x64", "proxy 50x16K", "idle memory"]
NATIVE_LAYERS = ["uv", "uvnet", "epoll", "asio", "node", "addon", "bun"]
SETS = {
    "standard": (STANDARD, NATIVE_LAYERS),
    "quick": (QUICK, ["uv", "uvnet", "node"]),
    "node": (NODE, ["node", "addon"]),
    "curves": (list(dict.fromkeys(w.name for w in CURVE_WORKLOADS)), ["uv", "uvnet"]),
}

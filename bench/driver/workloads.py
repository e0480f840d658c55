"""What the servers are asked to do: names, modes and the load client's options."""


class Workload:
    def __init__(self, name, mode, load, unix=False, unit="message", **options):
        self.name = name
        self.mode = mode  # of the server
        self.load = load  # of the load client
        self.unix = unix
        self.unit = unit
        self.options = []
        for option, value in options.items():
            self.options += ["--" + option.replace("_", "-"), str(value)]


def echo(connections, size, in_flight=1, unix=False, mode="echo"):
    sizes = {1024: "1K", 4096: "4K", 16384: "16K", 65536: "64K", 262144: "256K"}
    name = f"{mode} {connections}x{sizes.get(size, size)}"
    if in_flight > 1:
        name += f" p{in_flight}"
    if unix:
        name = "unix " + name
    options = {"connections": connections, "size": size, "in_flight": in_flight}
    if connections >= 1000:
        options["warmup"] = 0.5
    if connections >= 10000:
        # A round of all of them takes a good part of a second.
        options["seconds"] = 1
    return Workload(name, mode, "echo", unix, **options)


ALL = [
    echo(1, 64),
    echo(50, 64),
    echo(50, 64, 16),
    echo(50, 1024),
    echo(50, 16384),
    echo(1, 65536, 4),
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
# How cost grows with connections and with the size of a chunk. One message is on its way per
# connection, so those of one connection wake the server each.
CURVES = [
    *(echo(connections, 64) for connections in (1, 10, 100, 1000, 10000)),
    *(echo(50, size) for size in (64, 256, 1024, 4096, 16384, 65536)),
    *(Workload(f"idle memory {connections}", "echo", "idle", unit="bytes", connections=connections)
      for connections in (1000, 3000, 10000)),
]
BY_NAME = {workload.name: workload for workload in [*CURVES, *ALL]}

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
    "curves": (list(dict.fromkeys(w.name for w in CURVES)), ["uv", "uvnet"]),
}

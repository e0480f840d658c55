"""The servers that can be compared: each the same job, done by another layer."""
import os
import shutil

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "bench", "node", "server.js")
REGISTER = os.path.join(ROOT, "lib", "node", "register.js")

# What `pieces` may be done by; every other mode has 'data' and pipe, or only one way.
WAYS = {"echo": ("data", "pipe"), "pieces": ("plain", "cork", "autocork")}
# An option of uvnet alone.
ONLY_UVNET = ("autocork",)


class Server:
    """One contender: a program, and the --api it is told (None: it has no choice)."""

    def __init__(self, name, layer, command, api=None, env=None):
        self.name = name
        self.layer = layer
        self.command = command
        self.api = api
        self.env = env or {}

    @property
    def warmup(self):
        """Seconds until what is compiled on the way has been."""
        return 0.5 if self.layer in ("node", "addon", "bun") else 0.2

    def arguments(self, mode, where, backend=None):
        words = [*self.command, mode, where]
        if backend is not None:
            words.append(backend)
        if self.api is not None:
            words += ["--api", self.api]
        return words


def layers(build, node):
    """{layer: (command, environment, can it choose an api)} of those that are here."""
    binaries = os.path.join(build, "bench")
    found = {}
    for layer in ("uv", "epoll", "asio"):
        found[layer] = ([os.path.join(binaries, "uvnet-bench-" + layer)], {}, False)
    found["uvnet"] = ([os.path.join(binaries, "uvnet-bench-server")], {}, True)
    if node:
        addon = {"UVNET_NODE_BINARY": os.path.join(build, "uvnet.node")}
        found["node"] = ([node, SCRIPT], {}, True)
        if os.path.exists(addon["UVNET_NODE_BINARY"]):
            found["addon"] = ([node, "-r", REGISTER, SCRIPT], addon, True)
    bun = shutil.which("bun")
    if bun:
        found["bun"] = ([bun, SCRIPT], {}, True)
    return {name: entry for name, entry in found.items() if shutil.which(entry[0][0])}


def contenders(found, names, workload):
    """The servers of the named layers for a workload, one per way of doing it."""
    servers = []
    for layer in names:
        if layer not in found or (workload.layers and layer not in workload.layers):
            continue
        command, env, chooses = found[layer]
        ways = workload.ways or (WAYS.get(workload.mode, (None,)) if chooses else (None,))
        for way in ways:
            if way in ONLY_UVNET and layer != "uvnet":
                continue
            name = layer if way is None else f"{layer} {way}"
            servers.append(Server(name, layer, command, way, env))
    return servers

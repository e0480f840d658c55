"""Runs one server under one workload and says what it cost.

The server has a processor to itself and the client another. Both are kept from sleeping by spinners
of the lowest priority: a halted virtual processor can wait long for its host. A run is disturbed when
others than these took part of the processors meanwhile, the host included.
"""
import json
import os
import select
import signal
import subprocess
import tempfile
import time

SERVER_CPU = 1
CLIENT_CPU = 0
START_SECONDS = 20
# Of the time of all processors.
DISTURBED = 0.04


class Failed(Exception):
    """A server or the client did not do its part: the figures would mean nothing."""


def pin(cpu):
    def apply():
        if (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {cpu})
    return apply


def read_line(stream, what):
    ready, _, _ = select.select([stream], [], [], START_SECONDS)
    line = stream.readline() if ready else ""
    if not line:
        raise Failed(f"{what} said nothing")
    return line.strip()


class Process:
    """A server that listens, until `stop`."""

    def __init__(self, arguments, env, cpu, address):
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **env}, preexec_fn=pin(cpu))
        self.pid = self.process.pid
        try:
            line = read_line(self.process.stdout, arguments[0])
            if not line.startswith("listening "):
                raise Failed(f"{arguments[0]} said {line!r}")
        except Failed:
            self.stop()
            raise
        self.where = address if address.startswith("unix:") else line.split()[1]

    def memory(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise Failed("no VmRSS")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Bench:
    """Where the programs are; keeps the processors awake while it is open."""

    def __init__(self, build, backend):
        self.load = os.path.join(build, "bench", "uvnet-bench-load")
        self.waiting = os.path.join(build, "bench", "uvnet-bench-queue")
        self.backend = backend  # the command of the server that a proxy leads to
        self.folder = tempfile.TemporaryDirectory(prefix="uvnet-bench-")
        self.spinners = []
        self.runs = 0

    def __enter__(self):
        for cpu in {SERVER_CPU, CLIENT_CPU}:
            if cpu < (os.cpu_count() or 1):
                self.spinners.append(subprocess.Popen([self.load, "spin", str(cpu)]))
        return self

    def __exit__(self, *_):
        for spinner in self.spinners:
            spinner.kill()
            spinner.wait()
        self.folder.cleanup()

    def run(self, server, workload, seconds):
        """One run: {cpu_ns, rate, p50_us, ..., disturbed}, or {bytes} for idle memory."""
        self.runs += 1
        if workload.load == "queue":
            return self.queue(server, workload, seconds)
        address = f"unix:{self.folder.name}/{self.runs}" if workload.unix else "0"
        backend = None
        process = None
        try:
            target = None
            if workload.mode == "proxy":
                backend = Process([*self.backend, "echo", "0"], {}, CLIENT_CPU, "0")
                target = "127.0.0.1:" + backend.where
            process = Process(server.arguments(workload.mode, address, target), server.env,
                              SERVER_CPU, address)
            if workload.load == "idle":
                return self.idle(process, workload)
            return self.loaded(process, backend, workload, seconds, server.warmup)
        finally:
            for started in (process, backend):
                if started is not None:
                    started.stop()

    def queue(self, server, workload, seconds):
        """Both ends are in one program, whose reader has a thread and so a processor of its own."""
        count = workload.options[workload.options.index("--count") + 1]
        try:
            done = subprocess.run([self.waiting, server.layer, count, str(seconds)], check=True,
                                  capture_output=True, text=True, timeout=seconds + START_SECONDS)
        except (OSError, subprocess.SubprocessError) as error:
            raise Failed(f"{self.waiting}: {error}") from None
        result = json.loads(done.stdout)
        return {**result, "rate": 1e9 / result["cpu_ns"], "disturbed": False}

    def client(self, process, workload, *more):
        arguments = [self.load, workload.load, process.where, *more, *workload.options]
        return subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True, preexec_fn=pin(CLIENT_CPU))

    def loaded(self, process, backend, workload, seconds, warmup):
        ours = [process.pid, *(s.pid for s in self.spinners)]
        if backend is not None:
            ours.append(backend.pid)
        client = self.client(process, workload, "--pid", str(process.pid), "--seconds",
                             str(seconds), "--warmup", str(warmup))
        before, began = self.spent(ours), time.monotonic()
        used = os.times()
        try:
            out, _ = client.communicate(timeout=seconds + START_SECONDS)
        except subprocess.TimeoutExpired:
            client.kill()
            client.communicate()
            raise Failed("the client did not end") from None
        if client.returncode != 0:
            raise Failed("the client failed")
        after, took = self.spent(ours), time.monotonic() - began
        own = os.times()
        children = sum(own[2:4]) - sum(used[2:4]) + sum(own[:2]) - sum(used[:2])
        result = json.loads(out)
        # With the spinners nobody is idle, so what neither took was taken by others.
        total = took * min(2, os.cpu_count() or 1)
        result["foreign"] = round(max(0.0, 1 - (after - before + children) / total), 4)
        result["disturbed"] = result["foreign"] > DISTURBED
        return result

    def idle(self, process, workload):
        client = self.client(process, workload)
        try:
            if read_line(client.stdout, "the client") != "warm":
                raise Failed("the client did not warm up")
            time.sleep(0.3)
            before = process.memory()
            client.stdin.write("\n")
            client.stdin.flush()
            if read_line(client.stdout, "the client") != "idle":
                raise Failed("the client did not connect")
            time.sleep(0.3)
            count = int(workload.options[workload.options.index("--connections") + 1])
            return {"bytes": (process.memory() - before) / count, "disturbed": False}
        finally:
            client.kill()
            client.communicate()

    @staticmethod
    def spent(pids):
        """Seconds of processor time these processes have taken, all threads."""
        total = 0.0
        for pid in pids:
            # The kernel's clock of a process, as clock_getcpuclockid makes it.
            total += time.clock_gettime((~pid << 3) | 2)
        return total

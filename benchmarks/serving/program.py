"""A server or a load generator as a process of its own, and what it takes of the machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

READY = re.compile(r"ready on (?:http://)?(\S+)")
START_PATIENCE_S = 900.0  # a first start compiles the models' kernels, and the machine may be busy
STOP_PATIENCE_S = 30.0


class ProgramFailedError(Exception):
    """It ended before it was ready; the text holds its last words."""


class Program:
    """A Python module that prints ``… ready on HOST:PORT``, started and stopped by us."""

    def __init__(
        self,
        name: str,
        *command: str,
        core: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it, on one ``core`` if given, and return when it is ready."""
        self.name, start_s = name, time.monotonic()
        self.behind: Program | None = None  # of a gateway: the server that answers its calls
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the program runs
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, **(environment or {})},
            preexec_fn=pinned(core),  # noqa: PLW1509 - no other thread of ours runs here
        )
        impatient = threading.Timer(START_PATIENCE_S, self._process.kill)
        impatient.start()
        try:
            self.address = self._ready()
        finally:
            impatient.cancel()
        self.ready_s = time.monotonic() - start_s
        self.process = psutil.Process(self._process.pid)

    def _ready(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for above
        for line in self._process.stdout:
            if match := READY.search(line):
                return match[1]
        code = self._process.wait()
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").splitlines()[-5:]
        raise ProgramFailedError("\n".join([f"{self.name} ended with exit code {code}:", *words]))

    def store_process(self) -> psutil.Process | None:
        """Return the embedded store's process; None when there is none."""
        children = self.process.children(recursive=True)
        return next(
            (one for one in children if "valkey" in one.name() or "redis" in one.name()), None
        )

    def stop(self) -> None:
        """Stop it in order, or kill it when it takes too long."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None  # noqa: S101 - as above
        self._process.stdout.close()
        self._errors.close()

    def cpu_s(self) -> float:
        """Return the CPU seconds of all its processes but the store, and of what is behind it."""
        store, total_s = self.store_process(), self.behind.cpu_s() if self.behind else 0.0
        for process in (self.process, *self.process.children(recursive=True)):
            if process != store:
                total_s += seconds_of(process)
        return total_s

    def store_cpu_s(self) -> float:
        """Return the CPU seconds of the store, 0 if there is none."""
        if self.behind:
            return self.behind.store_cpu_s()
        store = self.store_process()
        return seconds_of(store) if store else 0.0

    def rss_bytes(self) -> int:
        """Return the resident memory of all its processes."""
        found = (self.process, *self.process.children(recursive=True))
        return sum(int(process.memory_info().rss) for process in found)


def seconds_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process."""
    times = process.cpu_times()
    return float(times.user + times.system)


def pinned(core: int | None) -> Callable[[], None] | None:
    """Return what a new process runs to stay on one core; None where that cannot be had."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        return None
    core %= os.cpu_count() or 1
    return lambda: os.sched_setaffinity(0, {core})


@contextmanager
def running(
    name: str,
    *command: str,
    core: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Start a program and stop it, whatever happens in between."""
    program = Program(name, *command, core=core, environment=environment)
    try:
        yield program
    finally:
        program.stop()


def echo(style: str) -> tuple[str, ...]:
    """Return the command of a bare echo; ``style`` is aio or threads."""
    return ("benchmarks.serving.echo", style)


def headwater(data_dir: Path, *flags: str) -> tuple[str, ...]:
    """Return the command of the real server."""
    place = ("--listen", "127.0.0.1:0", "--data-dir", str(data_dir))
    return ("headwater_server", "serve", *place, "--log-level", "error", *flags)


def headwater_on(redis_url: str, *flags: str) -> tuple[str, ...]:
    """Return the command of a server on a store that runs."""
    place = ("--listen", "127.0.0.1:0", "--redis-url", redis_url)
    return ("headwater_server", "serve", *place, "--log-level", "error", *flags)


def gateway(address: str) -> tuple[str, ...]:
    """Return the command of a gateway before the server at ``address``."""
    place = ("--gateway", "127.0.0.1:0", "--gateway-backends", address)
    return ("headwater_server", "gateway", "run", *place, "--gateway-access-log", "none")

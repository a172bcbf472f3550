"""A server or a load generator as a process of its own, and what it takes of the machine."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

READY = re.compile(r"ready on (?:http://)?(\S+)")
START_PATIENCE_S = 180.0  # a first start compiles the models' kernels
STOP_PATIENCE_S = 30.0


class ProgramFailedError(Exception):
    """It ended before it was ready; the text holds its last words."""


class Program:
    """A Python module that prints ``… ready on HOST:PORT``, started and stopped by us."""

    def __init__(self, name: str, *command: str) -> None:
        """Start it, and return when it is ready."""
        self.name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the program runs
        self._process = subprocess.Popen(
            [sys.executable, "-m", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        impatient = threading.Timer(START_PATIENCE_S, self._process.kill)
        impatient.start()
        try:
            self.address = self._ready()
        finally:
            impatient.cancel()
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
        """Return the embedded store's process, or a gateway's Envoy; None when there is none."""
        return next(iter(self.process.children(recursive=True)), None)

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


@contextmanager
def running(name: str, *command: str) -> Iterator[Program]:
    """Start a program and stop it, whatever happens in between."""
    program = Program(name, *command)
    try:
        yield program
    finally:
        program.stop()


def echo(style: str) -> tuple[str, ...]:
    """Return the command of a bare echo; ``style`` is aio or threads."""
    return ("benchmarks.serving.echo", style)


def headwater(data_dir: Path) -> tuple[str, ...]:
    """Return the command of the real server."""
    place = ("--listen", "127.0.0.1:0", "--data-dir", str(data_dir))
    return ("headwater_server", "serve", *place, "--log-level", "error")


def gateway(address: str) -> tuple[str, ...]:
    """Return the command of a gateway before the server at ``address``."""
    place = ("--gateway", "127.0.0.1:0", "--gateway-backends", address)
    return ("headwater_server", "gateway", "run", *place, "--gateway-access-log", "none")


def threads(data_dir: Path, workers: int, waiting_max: int = 0) -> tuple[str, ...]:
    """Return the command of the engine behind a thread pool, see `threads`."""
    return ("benchmarks.serving.threads", str(data_dir), str(workers), str(waiting_max))

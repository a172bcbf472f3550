"""Everything that has to stand before the first round: the shop's past, servers, the generator."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.serving import program
from benchmarks.serving.load import Load
from benchmarks.serving.program import Program, running
from benchmarks.serving.workload import Workload

ECHO_AIO, ECHO_THREADS, HEADWATER = "echo aio", "echo threads", "headwater"
GATEWAY = "through the gateway"
POOLS = ((4, 0), (8, 0), (16, 0))  # threads, and Feedback calls that may wait (0: any number)
CAPPED = (16, 8)


class ImportFailedError(Exception):
    """The past could not be imported; the text says why."""


@contextmanager
def stage(
    workload: Workload, *, echoes: bool, pools: tuple[tuple[int, int], ...], gateway: bool = False
) -> Iterator[tuple[Load, list[Program]]]:
    """Yield the generator and the servers, each with the same past; stop and remove them after.

    With ``gateway``, the last one is an Envoy before the real server.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="headwater-bench-")))
        data_dir = folder / HEADWATER
        _import(workload, folder, data_dir)
        commands = {ECHO_AIO: program.echo("aio"), ECHO_THREADS: program.echo("threads")}
        commands = commands if echoes else {}
        for threads, waiting_max in pools:
            name = f"{threads} threads" + (f", {waiting_max} wait" if waiting_max else "")
            shutil.copytree(data_dir, folder / name)
            commands[name] = program.threads(folder / name, threads, waiting_max)
        commands[HEADWATER] = program.headwater(data_dir)
        servers = [stack.enter_context(running(name, *c)) for name, c in commands.items()]
        if gateway:
            before = program.gateway(servers[-1].address)
            servers.append(stack.enter_context(running(GATEWAY, *before)))
        yield stack.enter_context(Load()), servers


def _import(workload: Workload, folder: Path, data_dir: Path) -> None:
    """Learn the past the way a shop would; its own progress shows how far it is."""
    events, items = workload.write(folder)
    files = ("--events", str(events), "--items", str(items))
    done = subprocess.run(
        [sys.executable, "-m", "headwater_server", "import", *files, "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise ImportFailedError(f"headwater import ended with exit code {done.returncode}")

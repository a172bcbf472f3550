"""`python -m benchmarks.attack`: each flood in turn, and what honest shoppers notice of it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from benchmarks.attack.floods import FLOODS
from benchmarks.attack.shop import SHOP_KEY, environment, fill
from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerProcess

HEAD = ("flood", "calls", "lists p50", "p99", "events p50", "p99", "failed", "memory", "CPU")
WIDTHS = (30, 8, 9, 8, 10, 8, 6, 8, 5)
LEAD_S = 0.5  # the flood begins before the shoppers
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """Memory and CPU of a process, from /proc."""

    pid: int

    def memory_mb(self) -> float:
        """Return what is resident."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_s(self) -> float:
        """Return the CPU time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


async def _module(name: str, *args: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", f"benchmarks.attack.{name}", *args)
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)


async def _row(name: str, address: str, seconds: float, server: Process) -> tuple[str, ...]:
    cpu_s, sent = server.cpu_s(), b"-"
    if name:
        flood = await _module("floods", name, address, str(seconds + 2 * LEAD_S))
        await asyncio.sleep(LEAD_S)
    honest = await _module("honest", address, str(seconds))
    out, _ = await honest.communicate()
    if name:
        sent, _ = await flood.communicate()
    seen = json.loads(out)
    times = [
        f"{np.percentile(seen[kind], q):.1f}" for kind in ("lists", "events") for q in (50, 99)
    ]
    used = (server.cpu_s() - cpu_s) / (seconds + 2 * LEAD_S)
    counted = (sent.decode().strip() or "?", *times, str(seen["failed"]))
    return (name or "quiet", *counted, f"{server.memory_mb():.0f} MB", f"{100 * used:.0f} %")


def _print(row: tuple[str, ...]) -> None:
    print(
        "  ".join(
            text.rjust(w) if n else text.ljust(w)
            for n, (text, w) in enumerate(zip(row, WIDTHS, strict=True))
        ),
        flush=True,
    )


async def _attack(directory: Path, seconds: float, chosen: str) -> None:
    server = ServerProcess(directory, "--log-format", "json", environment=environment())
    await server.start()
    try:
        async with AsyncClient(server.address, key=SHOP_KEY) as client:
            await fill(client)
        process = Process(server.pid)
        _print(HEAD)
        for name in ("", *FLOODS, ""):
            if chosen in name:
                _print(await _row(name, server.address, seconds, process))
    finally:
        await server.stop()


def attack(
    seconds: Annotated[float, typer.Option(help="of each flood")] = 6.0,
    flood: Annotated[str, typer.Option(help="only floods whose name contains this")] = "",
) -> None:
    """Flood a server of this checkout in every way, and report what honest shoppers notice."""
    with tempfile.TemporaryDirectory(prefix="headwater-attack-") as directory:
        asyncio.run(_attack(Path(directory), seconds, flood))


if __name__ == "__main__":
    typer.run(attack)

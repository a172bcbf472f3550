"""Bar: a shadow folds a long log beside a server, and the server's answers are not later for it.

One run, interleaved: the shadow is stopped and continued every few seconds (SIGSTOP, SIGCONT) while
the server answers at a steady rate, so all parts of a round see the same machine. A third part is a
control: an empty loop of the same priority, which shows what any busy processor costs here.
Afterwards the shadow's figures are compared with those of `headwater evaluate`.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.long_log import record
from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.cli.progress import Progress
from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.inference.intervals.blocks import interval_of_blocks
from headwater_server.storage.embedded.data_dir import DataDir
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

RATE = 50.0
PART_S = 4.0
POLICY = 'without = ["circumstances", "cycles"]\n'
SAME = ("verdict", "value", "interval", "difference_interval", "effective_share", "answers")
ROUNDS_MIN = 10
WINDOW_MINUTES = "0.2"


LOOP = """
import sys
from headwater_server.cli.shadowing.priority import Priority
Priority(sys.argv[1]).take()
while True:
    pass
"""


@dataclass
class Rounds:
    """Milliseconds of the answers of each part of a round."""

    without: list[list[float]] = field(default_factory=list)
    beside: list[list[float]] = field(default_factory=list)
    control: list[list[float]] = field(default_factory=list)

    def ratio(
        self, of: list[list[float]], by: list[list[float]] | None = None
    ) -> tuple[float, float, float]:
        """Return p99 by that of another part (None: without), the mean of rounds, its interval."""
        pairs = zip(of, self.without if by is None else by, strict=True)
        logs = np.log([p99(one) / p99(two) for one, two in pairs])
        interval = interval_of_blocks(logs, np.ones(len(logs)))
        if interval is None:
            return float(np.exp(logs.mean())), float("nan"), float("nan")
        mean, low, high = np.exp([logs.mean(), interval.low, interval.high]).tolist()
        return mean, low, high


def p99(values: list[float]) -> float:
    """Return the 99th percentile."""
    return float(np.quantile(values, 0.99))


def check(entries: int, seed: int, priority: str, *, verify: bool) -> None:
    """Run the bar; print figures and gates."""
    with tempfile.TemporaryDirectory(prefix="headwater-shadow-") as name:
        folder = Path(name)
        end, lists = asyncio.run(record(folder, entries, seed))
        (folder / "less.toml").write_text(POLICY)
        rounds, folded = asyncio.run(_beside(folder, seed, priority))
        different = asyncio.run(_differences(folder)) if verify else []
        head = asyncio.run(_head(folder))
    _show(rounds, f"{end.sequence:,} entries, {lists:,} lists, {len(rounds.beside)} rounds")
    finish(
        [
            Bar("rounds", len(rounds.beside), ROUNDS_MIN, False),
            Bar("entries that the shadow folded meanwhile", folded, 0.9 * entries, False),
            Bar("lower end of p99 beside / without", rounds.ratio(rounds.beside)[1], 1.0),
            Bar(
                "lower end of p99 beside / beside an empty loop",
                rounds.ratio(rounds.beside, rounds.control)[1],
                1.0,
            ),
            Bar("entries that are on the log and were not before", head - end.sequence, 1),
            Bar("figures that differ from those of evaluate", len(different), 0),
        ]
    )


def _show(rounds: Rounds, title: str) -> None:
    parts = {
        "without": rounds.without,
        "beside a shadow": rounds.beside,
        "beside an empty loop": rounds.control,
    }
    rows = []
    for name, part in parts.items():
        every = [*chain.from_iterable(part)]
        ratio = "{:.2f} ({:.2f} to {:.2f})".format(*rounds.ratio(part))
        most = f"{max(every):.1f}"
        rows.append(
            (name, f"{len(every):,}", f"{np.median(every):.2f}", f"{p99(every):.2f}", most, ratio)
        )
    names = ("answers", "count", "p50 ms", "p99 ms", "most ms", "p99 by that without")
    show(title, names, rows)


async def _beside(folder: Path, seed: int, priority: str) -> tuple[Rounds, int]:
    server = ServerProcess(folder)
    try:
        await server.start()
        async with (
            AsyncClient(server.address) as client,
            _shadow(folder, priority) as shadow,
            _loop(priority) as loop,
        ):
            rounds, asking = Rounds(), _Asking(client, seed)
            await asking.run(PART_S)  # all are warm
            with Progress("rounds", 0) as bar:
                while not await _is_caught_up(folder):
                    for part, running in (
                        (rounds.without, None),
                        (rounds.control, loop),
                        (rounds.beside, shadow),
                    ):
                        _let_run(running, (shadow, loop))
                        part.append(await asking.run(PART_S))
                    bar.at(len(rounds.beside))
            for part in (rounds.without, rounds.control, rounds.beside):
                part.pop()  # in the last round the shadow came to the end
            _let_run(shadow, (shadow, loop))
            shadow.send_signal(signal.SIGTERM)
            await shadow.wait()
        report = await _published(folder)
        return rounds, report["answers"]["entries"] if report else 0
    finally:
        await server.stop()


def _let_run(
    one: asyncio.subprocess.Process | None, all_: tuple[asyncio.subprocess.Process, ...]
) -> None:
    for process in all_:
        process.send_signal(signal.SIGCONT if process is one else signal.SIGSTOP)


@asynccontextmanager
async def _loop(priority: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", LOOP, priority)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def _shadow(folder: Path, priority: str) -> AsyncIterator[asyncio.subprocess.Process]:
    state = ["--state", str(folder / "shadow"), "--answers-max", "1000000"]
    flags = [*_place(folder), "--priority", priority, *state]
    with (folder / "said").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "headwater_server", "shadow", *flags, stdout=said, stderr=said
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
                print((folder / "said").read_text())


def _place(folder: Path) -> list[str]:
    window = ["--window-minutes", WINDOW_MINUTES]
    return ["--data-dir", str(folder), "--policy", str(folder / "less.toml"), *window]


class _Asking:
    """Asks for lists at a steady rate; the time counts from when a question is due."""

    def __init__(self, client: AsyncClient, seed: int) -> None:
        self._client, self._draws, self._number = client, Random(seed), 0

    async def run(self, seconds: float) -> list[float]:
        """Return how many milliseconds each answer took."""
        took: list[float] = []
        begin_s = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number in range(round(seconds * RATE)):
                due_s = begin_s + number / RATE
                await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
                tasks.create_task(self._ask(due_s, took))
        return took

    async def _ask(self, due_s: float, took: list[float]) -> None:
        self._number += 1
        visitor = f"passer {self._draws.randrange(20_000)}"
        await self._client.recommend(visitor, placement="home", page_size=10, timeout_s=30.0)
        took.append(1_000.0 * (time.perf_counter() - due_s))


async def _is_caught_up(folder: Path) -> bool:
    report = await _published(folder)
    return bool(report and report["shadow"]["is_caught_up"])


async def _published(folder: Path) -> dict[str, Any] | None:
    async with _beside_server(folder) as storage:
        for one in await storage.evaluations.newest(9):
            if one.name == "less.shadow":
                found: dict[str, Any] = json.loads(one.report)
                return found
    return None


@asynccontextmanager
async def _beside_server(folder: Path) -> AsyncIterator[Storage]:
    socket = DataDir(folder).socket_path()
    async with open_storage(StorageSettings(), data_dir=folder, socket=socket) as storage:
        yield storage


async def _head(folder: Path) -> int:
    async with open_storage(StorageSettings(), data_dir=folder) as storage:
        return (await storage.log.head()).sequence


async def _differences(folder: Path) -> list[str]:
    """Return the figures of the shadow that are not those of `headwater evaluate`."""
    state = ("--state", str(folder / "shadow"), "--answers-max", "1000000", "--once")
    await _run(
        "shadow",
        "--priority",
        "normal",
        *_place(folder),
        *state,
        "--report",
        str(folder / "shadow.json"),
    )
    await _run("evaluate", *_place(folder), "--report", str(folder / "evaluate.json"))
    one, two = (_policies(folder / f"{name}.json") for name in ("shadow", "evaluate"))
    names = (CHAMPION, "less")
    return [f"{n} {f}" for n in names for f in SAME if one[n][f] != two[n][f]]


def _policies(path: Path) -> dict[str, Any]:
    return {one["policy"]: one for one in json.loads(path.read_text())["policies"]}


async def _run(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "headwater_server", *arguments
    )
    if await process.wait() not in (0, 3):
        raise SystemExit(f"{arguments[0]} failed")

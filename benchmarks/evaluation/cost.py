"""What an evaluation costs beside the plain fold of the same log: CPU time and memory."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.cli.progress import Progress
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

EVENTS_A_VISIT = 1.85
FOLD_TIMES_MAX, LIST_MS_MAX, MEMORY_TIMES_MAX = 1.6, 1.5, 1.3
FOLD, EVALUATE = "fold", "evaluate"
NOTE = "recorded.json"


class BadFolderError(ValueError):
    """A folder cannot be used; the text says why, and what to do."""


@dataclass(frozen=True)
class Recorded:
    """A log: what was asked for, and what it holds."""

    wanted: int
    seed: int
    lists: int
    events: int


@dataclass(frozen=True)
class Spent:
    """CPU seconds and peak memory of one process."""

    cpu_s: float
    memory_mb: float


def check(events: int, rounds: int, seed: int, folder: Path | None = None) -> None:
    """Record a shop, then fold and evaluate its log in turn; print the costs and the gates.

    A ``folder`` keeps the log: a second call measures the same one, and records nothing.
    """
    with nullcontext(folder) if folder else TemporaryDirectory() as name:
        log = recorded(Path(name), events, seed)
        spent = {FOLD: list[Spent](), EVALUATE: list[Spent]()}
        for number in range(rounds):
            for kind, costs in spent.items():
                print(f"{kind}, round {number + 1} of {rounds}", file=sys.stderr, flush=True)
                costs.append(_child(kind, Path(name)))
    _show(log, spent)


def _show(log: Recorded, spent: Mapping[str, Sequence[Spent]]) -> None:
    fold, evaluate = (min(spent[kind], key=lambda one: one.cpu_s) for kind in (FOLD, EVALUATE))
    lists = log.lists
    each_ms = 1_000 * (evaluate.cpu_s - FOLD_TIMES_MAX * fold.cpu_s) / lists
    rows = [(kind, *_cells(one)) for kind, one in ((FOLD, fold), (EVALUATE, evaluate))]
    show(f"{log.events:,} events, {lists:,} lists", ("process", "CPU s", "peak MB"), rows)
    finish(
        [
            Bar(f"ms of CPU a list beside {FOLD_TIMES_MAX} folds", each_ms, LIST_MS_MAX),
            Bar(
                "memory by that of the fold", evaluate.memory_mb / fold.memory_mb, MEMORY_TIMES_MAX
            ),
        ]
    )


def _cells(one: Spent) -> tuple[str, str]:
    return f"{one.cpu_s:.1f}", f"{one.memory_mb:.0f}"


def recorded(folder: Path, events: int, seed: int) -> Recorded:
    """Return what the log of the folder holds; record it first if there is none."""
    note = folder / NOTE
    if note.exists():
        done = Recorded(**json.loads(note.read_text(encoding="utf-8")))
        if (done.wanted, done.seed) != (events, seed):
            raise BadFolderError(
                f"{folder} holds {done.wanted} events of seed {done.seed}: ask for these, or name "
                "another --folder"
            )
        return done
    if folder.exists() and any(folder.iterdir()):
        raise BadFolderError(f"{folder} holds other files, or half a log: name an empty --folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    done = asyncio.run(_record(folder, events, seed))
    note.write_text(json.dumps(asdict(done)), encoding="utf-8")
    return done


async def _record(data_dir: Path, events: int, seed: int) -> Recorded:
    visits = round(events / EVENTS_A_VISIT)
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        shop = RecordedShop(storage.log, seed, shoppers=max(600, visits // 10))
        await shop.begin()
        with Progress("record visits", visits) as bar:
            await shop.serve(visits, bar.at)
        await shop.end()
    return Recorded(events, seed, shop.lists, shop.events)


def _child(kind: str, data_dir: Path) -> Spent:
    command = [sys.executable, "-m", "benchmarks.evaluation.cost", kind, str(data_dir)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Spent(**json.loads(done.stdout.splitlines()[-1]))


async def _fold(data_dir: Path) -> None:
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        engine, _ = await fold(storage.log, Engine)
        engine.digest()


def _evaluate(data_dir: Path) -> None:
    policy = data_dir / "warm.toml"
    policy.write_text("exploration_temperature = 0.4\n")
    flags = ["--data-dir", str(data_dir), "--policy", str(policy)]
    result = CliRunner().invoke(commands, ["evaluate", *flags])
    if result.exit_code not in (0, 3):
        raise SystemExit(result.output)


def _main(kind: str, data_dir: Path) -> None:
    warm_up()
    start_s = time.process_time()
    if kind == FOLD:
        asyncio.run(_fold(data_dir))
    else:
        _evaluate(data_dir)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    print(json.dumps({"cpu_s": time.process_time() - start_s, "memory_mb": memory_mb}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))

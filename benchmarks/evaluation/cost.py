"""What an evaluation costs beside the plain fold of the same log: CPU time and memory."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Spent:
    """CPU seconds and peak memory of one process."""

    cpu_s: float
    memory_mb: float


def check(events: int, rounds: int, seed: int) -> None:
    """Record a shop, then fold and evaluate its log in turn; print the costs and the gates."""
    with TemporaryDirectory() as name:
        lists, found = asyncio.run(_record(Path(name), events, seed))
        spent = {FOLD: list[Spent](), EVALUATE: list[Spent]()}
        for _ in range(rounds):
            for kind, costs in spent.items():
                costs.append(_child(kind, name))
    fold, evaluate = (min(spent[kind], key=lambda one: one.cpu_s) for kind in (FOLD, EVALUATE))
    each_ms = 1_000 * (evaluate.cpu_s - FOLD_TIMES_MAX * fold.cpu_s) / lists
    rows = [(kind, *_cells(one)) for kind, one in ((FOLD, fold), (EVALUATE, evaluate))]
    show(f"{found:,} events, {lists:,} lists", ("process", "CPU s", "peak MB"), rows)
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


async def _record(data_dir: Path, events: int, seed: int) -> tuple[int, int]:
    visits = round(events / EVENTS_A_VISIT)
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        shop = RecordedShop(storage.log, seed, shoppers=max(600, visits // 10))
        await shop.begin()
        with Progress("record", visits) as bar:
            await shop.serve(visits, bar.at)
        await shop.end()
    return shop.lists, shop.events


def _child(kind: str, data_dir: str) -> Spent:
    command = [sys.executable, "-m", "benchmarks.evaluation.cost", kind, data_dir]
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

"""Bar: every list that was shown is asked again from the log, and comes back byte for byte.

A real server of two workers answers lists of every kind while a backend sends batches, is killed
half-way, and goes on under Thompson sampling and rules. Then a fresh process folds the log.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.visiting import Visiting, items
from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.engine.engine import Engine
from headwater_server.evaluation.replay.replay import Replay, asked_again
from headwater_server.evaluation.replay.shown import Shown, shown_in
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

EQUAL_MIN, UNREPLAYABLE_MAX = 0.9999, 0.01
RULES = [
    {"name": "tea first", "kind": "pin", "item_ids": ["item-0004"], "slot": 1},
    {"name": "few cups", "kind": "cap", "field": "categories", "most": 4},
]
FLAGS = (
    "--workers", "2",
    "--attribution-window-minutes", "0.02",  # so that windows close, and Thompson sampling begins
)  # fmt: skip
DIGEST_TIMEOUT_S = 120.0


@dataclass
class Again:
    """What the fresh process found on the log."""

    shown: int = 0
    replayable: int = 0
    half_way: int = 0
    between_windows: int = 0
    same: int = 0
    policies: Counter[str] = field(default_factory=Counter)
    differ: list[str] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    digest: str = ""


def check(lists: int, seed: int) -> None:
    """Run the bar; print figures and gates."""
    with tempfile.TemporaryDirectory(prefix="headwater-replay-") as folder:
        place = Path(folder)
        visiting, digest = asyncio.run(_serve(place, lists, seed))
        with multiprocessing.get_context("spawn").Pool(1) as process:
            again = process.apply(fold_again, (place,))
    missing = [one for one, ids in visiting.shown.items() if again.lists.get(one) != ids]
    show("lists", ("kind", "shown"), [(k, f"{n:,}") for k, n in sorted(visiting.kinds.items())])
    figures = {
        "shown, as the log has them": again.shown,
        "batches beside them": visiting.batches,
        "replayable": again.replayable,
        "answered between two operations of an entry": again.half_way,
        "answered between two windows that closed": again.between_windows,
        **{f"under {policy}": n for policy, n in sorted(again.policies.items())},
        "differ": len(again.differ),
    }
    show("asked again", ("", "lists"), [(name, f"{n:,}") for name, n in figures.items()])
    for text in again.differ[:5]:
        print(text)
    finish(
        [
            Bar(
                "equal bytes, share of replayable", again.same / again.replayable, EQUAL_MIN, False
            ),
            Bar("not replayable, share", 1 - again.replayable / again.shown, UNREPLAYABLE_MAX),
            Bar("lists that visitors saw and the log lacks", len(missing), 0),
            Bar("digests that differ from the server's", int(again.digest != digest), 0),
        ]
    )


async def _serve(folder: Path, lists: int, seed: int) -> tuple[Visiting, str]:
    """Return the traffic, and the digest at its end."""
    visiting = Visiting(seed)
    server = ServerProcess(folder, *FLAGS, "--snapshot-entries", "500")
    try:
        await server.start()
        async with AsyncClient(server.address) as client:
            await client.upsert_items(items(), timeout_s=DIGEST_TIMEOUT_S)
        await visiting.run(server.address, lambda: len(visiting.shown) >= lists // 2)
        await server.kill_and_wait()
        flags = ("--exploration-policy", "thompson", "--rules", json.dumps(RULES))
        server = ServerProcess(folder, *FLAGS, *flags)
        await server.start()
        await visiting.run(server.address, lambda: len(visiting.shown) >= lists)
        async with AsyncClient(server.address) as client:
            model = await client.get_model(compare_replicas=True, timeout_s=DIGEST_TIMEOUT_S)
        return visiting, model.digest
    finally:
        await server.stop()


def fold_again(folder: Path) -> Again:
    """Ask everything again, in a process that has served nothing."""
    return asyncio.run(_fold_again(folder))


async def _fold_again(folder: Path) -> Again:
    async with open_storage(StorageSettings(), data_dir=folder) as storage:
        again, engine = Again(), Engine()
        shown = await _shown(storage)
        again.shown = len(shown)
        again.lists = {one.slate.recommendation_id: one.slate.item_ids for one in shown}
        async for one in asked_again(Replay(storage.log, engine, START), shown):
            again.replayable += 1
            again.half_way += one.shown.slate.operations > 0
            again.between_windows += one.shown.slate.windows > 0
            again.policies[one.shown.slate.policy] += 1
            again.same += one.is_same
            if not one.is_same:
                again.differ.append(f"{one.shown} -> {list(one.answer.item_ids)}")
        again.digest = engine.digest()
        return again


async def _shown(storage: Storage) -> list[Shown]:
    found: list[Shown] = []
    async for logged in storage.log.iterate(START):
        found += shown_in(logged.entry.operations)
    return found

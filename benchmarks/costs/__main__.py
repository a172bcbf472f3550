"""`python -m benchmarks.costs`: the CPU of the most expensive requests, in a large shop.

Each request runs on a real replica, with its message read and its answer written, without gRPC.
"Piece" is the most CPU between two turns of the event loop: so long nobody else is answered.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.costs.pieces import pieces
from benchmarks.costs.requests import requests
from benchmarks.costs.shop import built
from benchmarks.shops.learned import keep
from headwater_server.api.draining import Draining
from headwater_server.api.guard.load import Load
from headwater_server.api.servicers.catalog import CatalogServicer
from headwater_server.api.servicers.experiment import ExperimentServicer
from headwater_server.api.servicers.feedback import FeedbackServicer
from headwater_server.api.servicers.model import ModelServicer
from headwater_server.api.servicers.recommendation import RecommendationServicer
from headwater_server.api.servicers.user import UserServicer
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

WRITES = (
    "Feedback", "UpsertItems", "DeleteItems", "UpsertUsers", "EraseUser", "UpsertPolicy",
    "CreateExperiment",
)  # fmt: skip


class Context:
    """A call without a deadline worth mentioning."""

    def time_remaining(self) -> float:
        """Return what is left of it."""
        return 300.0

    def peer(self) -> str:
        """Return who calls."""
        return "ipv4:127.0.0.1:1"

    def invocation_metadata(self) -> tuple[()]:
        """Return no metadata."""
        return ()


@asynccontextmanager
async def _replica(data_dir: Path) -> AsyncIterator[Replica]:
    settings = ReplicaSettings(snapshot_on_stop=False, write_timeout_ms=300_000)
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        replica = await restored_replica(
            storage, engine_settings=EngineSettings(), settings=settings
        )
        await replica.start()
        try:
            yield replica
        finally:
            await replica.stop()


def _methods(replica: Any) -> dict[str, Any]:
    settings = ApiSettings()
    servicers = (
        RecommendationServicer(replica, settings),
        CatalogServicer(replica, settings),
        UserServicer(replica, settings),
        ModelServicer(replica, settings),
        ExperimentServicer(replica, settings),
        FeedbackServicer(replica, settings, Load(settings), Draining()),
    )
    return {name: getattr(one, name) for one in servicers for name in dir(one) if name[0].isupper()}


async def _cost(method: Any, message: Any, rounds: int) -> tuple[float, float, int]:
    """Return the median CPU of a call in ms, its longest piece, and the answer's bytes."""
    raw, took_ms, size = message.SerializeToString(), [], 0
    for _ in range(rounds):
        start_s = time.thread_time()
        answer = await method(type(message).FromString(raw), Context())
        size = len(answer if isinstance(answer, bytes) else answer.SerializeToString())
        took_ms.append(1_000 * (time.thread_time() - start_s))
    longest = []
    for _ in range(rounds):
        async with pieces() as watched:
            await method(type(message).FromString(raw), Context())
        longest.append(watched.longest_ms)
    return statistics.median(took_ms), statistics.median(longest), size


async def _measured(data_dir: Path, items: int, rounds: int, only: str) -> list[dict[str, Any]]:
    found = []
    async with _replica(data_dir) as replica:
        methods = _methods(replica)
        print(f"{'method':22}{'request':34}{'CPU ms':>9}{'piece ms':>10}{'answer kB':>11}")
        for method, name, message in requests(items):
            if only and method != only:
                continue
            times = 1 if method in WRITES else rounds
            cpu_ms, piece_ms, size = await _cost(methods[method], message, times)
            line = {"method": method, "request": name, "cpu_ms": cpu_ms, "piece_ms": piece_ms}
            found.append(line | {"answer_bytes": size})
            print(f"{method:22}{name:34}{cpu_ms:9.1f}{piece_ms:10.1f}{size / 1_000:11.1f}")
    return found


def costs(
    items: int = 100_000,
    visitors: int = 100_000,
    rounds: int = 5,
    only: Annotated[str, typer.Option(help="measure only this method")] = "",
    data_dir: Annotated[Path | None, typer.Option(help="kept, and used again, if given")] = None,
    report: Annotated[Path | None, typer.Option(help="write all figures here, as JSON")] = None,
) -> None:
    """Print what the most expensive request of each method costs."""
    sys.setswitchinterval(0.0005)  # as the server
    warm_up()
    directory = data_dir or Path(tempfile.mkdtemp(prefix="headwater-costs-"))
    if not (directory / "appendonlydir").exists():
        asyncio.run(keep(built(items, visitors), directory))
    with tempfile.TemporaryDirectory(prefix="headwater-costs-") as used:  # requests write
        shutil.copytree(directory, used, dirs_exist_ok=True)
        found = asyncio.run(_measured(Path(used), items, rounds, only))
    if report:
        report.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    typer.run(costs)

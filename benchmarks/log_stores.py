"""What an acknowledged event costs on each store of the log, and how long an append takes.

    python -m tests.kafka --nodes 3                # prints the brokers; needs Java 17 and mvn
    python -m benchmarks.log_stores --log kafka://BROKERS/bench [--seconds 4] [--rounds 3]

Whole replicas in this process: 64 callers, each with one event under way. The stores take turns in
rounds, so that what else the machine does disturbs them alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

IN_FLIGHT = 64
APPENDS = 300
SETTINGS = StorageSettings(store_timeout_ms=10_000)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--log", required=True, help="kafka://host:port,host:port/topic")
    options = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as directory:
        places: dict[str, dict[str, Any]] = {
            "valkey": {"data_dir": Path(directory) / "valkey"},
            "kafka": {"log": options.log, "snapshots": f"file://{directory}/objects"},
        }
        asyncio.run(_all(places, options.seconds, options.rounds))


async def _all(places: dict[str, dict[str, Any]], seconds: float, rounds: int) -> None:
    async with AsyncExitStack() as stack:
        opened = {
            name: await stack.enter_async_context(open_storage(SETTINGS, **place))
            for name, place in places.items()
        }
        appends = {name: await _appends_ms(storage) for name, storage in opened.items()}
        costs: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        replicas = {
            name: await stack.enter_async_context(_running(storage))
            for name, storage in opened.items()
        }
        for number in range(rounds):
            for name, replica in replicas.items():
                costs[name].append(await _cost(replica, f"{number}", seconds))
    print("store             append p50 ms  p99 ms   CPU us an event   events/s")
    for name, found in costs.items():
        cpu, rate = (statistics.median(values) for values in zip(*found, strict=True))
        p50, p99 = appends[name]
        print(f"{name:18}{p50:12.2f}{p99:9.2f}{cpu:17.0f}{rate:11.0f}")


async def _appends_ms(storage: Storage) -> tuple[float, float]:
    taken = []
    for number in range(APPENDS):
        start_s = time.perf_counter()
        await storage.log.append([storage.log.encode([_event(f"a{number}")])])
        taken.append(1_000 * (time.perf_counter() - start_s))
    taken.sort()
    return taken[APPENDS // 2], taken[-APPENDS // 100]


@asynccontextmanager
async def _running(storage: Storage) -> AsyncIterator[Replica]:
    replica = await restored_replica(
        storage,
        engine_settings=EngineSettings(),
        settings=ReplicaSettings(snapshot_on_stop=False),
        engine_type=Engine,
    )
    await replica.start()
    try:
        yield replica
    finally:
        await replica.stop()


async def _cost(replica: Replica, name: str, seconds: float) -> tuple[float, float]:
    """Return microseconds of this process an acknowledged event, and events a second."""
    done, end_s = 0, time.perf_counter() + seconds

    async def call(number: int) -> None:
        nonlocal done
        sent = 0
        while time.perf_counter() < end_s:
            await replica.feedback([(_event(f"{name}-{number}-{sent}"), "")], 10.0)
            sent, done = sent + 1, done + 1

    cpu_s, start_s = time.process_time(), time.perf_counter()
    await asyncio.gather(*(call(number) for number in range(IN_FLIGHT)))
    cpu_s, took_s = time.process_time() - cpu_s, time.perf_counter() - start_s
    return 1e6 * cpu_s / done, done / took_s


def _event(name: str) -> Event:
    place = sum(name.encode())
    return Event(name, "click", f"v{place % 997}", items=(EventItem(f"i{place % 131}"),))


if __name__ == "__main__":
    main()

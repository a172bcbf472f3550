"""Events through Kafka in, Parquet out, with kills: does DuckDB count what the log holds?

    python -m tests.kafka.to_lake --events 1000000 [--nodes 3]     # needs Java 17 and mvn

A server whose log is on Kafka takes the events, and is killed once meanwhile; `headwater lake
write` is killed three times while it writes. Then all counts must be the same, and each event id
must be there once. Exit code 1 if they are not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import duckdb

from headwater import AsyncClient, Event
from headwater.errors import DeadlineExceededError, OverloadedError, UnavailableError
from headwater_server.engine.messages import events as stored
from headwater_server.lake.files import Lake
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import eventually
from tests.kafka.brokers import running_brokers
from tests.system.crash.server import Server, serving

KILLS, FILES = 3, 20
BATCH, CLIENTS, ITEMS = 500, 4, 1_000
AWAY = (UnavailableError, OverloadedError, DeadlineExceededError)
SMALL_FILES = """
import sys
from headwater_server.lake import writing
from headwater_server.cli import main
writing.FILE_ROWS = int(sys.argv.pop(1))
main()
"""


@dataclass
class Found:
    """What was counted: acknowledged events, those on the log, and the rows of the lake."""

    acknowledged: int
    on_log: int
    ids_on_log: int
    in_lake: int
    ids_in_lake: int
    server_kills: int
    lake_kills: int
    files: int
    events_per_s: float
    lake_s: float

    @property
    def is_right(self) -> bool:
        """Whether nothing is lost on the way, and nothing came twice into the lake."""
        same = (self.on_log, self.ids_on_log) == (self.in_lake, self.ids_in_lake)
        return same and self.ids_on_log == self.acknowledged


async def run(events: int, nodes: int, path: Path) -> Found:
    """Do all of it in an empty directory."""
    with running_brokers(nodes) as brokers:
        log, snapshots = brokers.url("to-lake"), f"file://{path}/objects"
        flags = ("--log", log, "--snapshots", snapshots)
        server = Server(path / "server", "--store-timeout-ms", "5000", places=flags)
        async with serving(server):
            began = time.monotonic()
            kills = await feed(server, events)
            rate = events / (time.monotonic() - began)
        began = time.monotonic()
        lake = Lake(path / "lake", "default")
        await write_with_kills(lake, events, (*flags, "--lake", str(path / "lake")))
        lake_s = time.monotonic() - began
        async with open_storage(
            StorageSettings(store_timeout_ms=20_000), log=log, snapshots=snapshots
        ) as storage:
            ids = [
                operation.event_id
                async for entry in storage.log.iterate(START)
                for operation in entry.entry.operations
                if isinstance(operation, stored.Event)
            ]
    files = f"read_parquet('{lake.path}/**/*.parquet')"
    counted = f"SELECT count(*), count(DISTINCT event_id) FROM {files} WHERE kind = 'event'"
    ((rows, distinct),) = duckdb.sql(counted).fetchall()
    return Found(
        events, len(ids), len(set(ids)), rows, distinct, kills, KILLS, len(lake.files()),
        round(rate), round(lake_s, 1),
    )  # fmt: skip


async def feed(server: Server, events: int) -> int:
    """Send all events until each is acknowledged; kill the server in the middle."""
    starts = iter(range(0, events, BATCH))
    sent = 0

    async def shop(number: int) -> None:
        nonlocal sent
        rng = Random(number)
        async with AsyncClient(server.address) as client:
            for start in starts:
                batch = [act(rng, one) for one in range(start, min(start + BATCH, events))]
                while True:
                    try:
                        await client.feedback(batch, timeout_s=20)
                        break
                    except AWAY:
                        await asyncio.sleep(0.1)
                sent += len(batch)

    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(shop(number))
        await eventually(lambda: sent >= events // 2, 3_600)
        await server.kill_and_wait()
        await server.start()
    return server.starts - 1


def act(rng: Random, number: int) -> Event:
    """Return an event of a shopper among many."""
    kind = rng.choice(("view", "click", "add-to-cart", "purchase"))
    visitor, item = f"v{rng.randrange(50_000)}", f"i{rng.randrange(ITEMS)}"
    return Event(kind, visitor, items=[item], event_id=f"e{number}")


async def write_with_kills(lake: Lake, events: int, flags: tuple[str, ...]) -> None:
    """Run `headwater lake write`, kill it at some files, and let the last run end."""
    rows = str(max(BATCH, events // FILES))
    command = (sys.executable, "-c", SMALL_FILES, rows, "lake", "write", "--now", *flags)
    for files in [(kill + 1) * FILES // (KILLS + 2) for kill in range(KILLS)]:
        process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
        ended = lambda: process.returncode is not None  # noqa: E731, B023
        await eventually(lambda: len(lake.files()) >= files or ended(), 3_600)  # noqa: B023
        if ended():
            sys.exit(f"it ended before it was killed: {(await process.communicate())[1].decode()}")
        process.kill()
        await process.communicate()
    process = await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=PIPE)
    _, said = await process.communicate()
    if process.returncode:
        sys.exit(said.decode())


def main() -> None:
    """Print what was counted as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.kafka.to_lake")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--nodes", type=int, default=1)
    options = parser.parse_args()
    path = Path(tempfile.mkdtemp(prefix="hw-to-lake-"))
    try:
        found = asyncio.run(run(options.events, options.nodes, path))
    finally:
        shutil.rmtree(path, ignore_errors=True)
    print(json.dumps(asdict(found) | {"right": found.is_right}))  # noqa: T201 - a program
    sys.exit(not found.is_right)


if __name__ == "__main__":
    main()

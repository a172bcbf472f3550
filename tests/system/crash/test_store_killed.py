"""Row 2: the store is killed, and its machine loses power, in each durability mode."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from random import Random

import pytest

from headwater import AsyncClient, Event
from headwater.errors import HeadwaterError, UnavailableError
from headwater_server.storage.doctor.fixes import Fixes
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import fold_of, judge, verdict
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

KILLS = 2
BOUND_S = 2.0  # of everysec
MODES = list(Durability)
STOPS = "stops learning"


def mode_of(seed: int) -> Durability:
    """Return the mode that a seed plays, so that two seeds play both."""
    return MODES[seed % len(MODES)]


def store_of(seed: int, mode: Durability, path: Path):
    backend = BACKENDS[seed // len(MODES) % len(BACKENDS)]
    return running_store(backend, path, appendfsync=mode.value)


def flags(mode: Durability, path: Path) -> tuple[str, ...]:
    return ("--durability", mode.value, "--archive-dir", str(path), "--snapshot-entries", "100")


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_killed_store_loses_nothing(seed, tmp_path, tally):
    rng, mode = Random(seed), mode_of(seed)
    async with store_of(seed, mode, tmp_path / "store") as store:
        server = Server(tmp_path / "serve", *flags(mode, tmp_path / "archive"), redis_url=store.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=3) as load:
                for _ in range(KILLS):
                    await load.reaches(rng.randrange(1, 300))
                    await store.kill()
                    await store.start()
                await load.reaches(50)
            forgotten = await not_remembered(server.address, list(load.acknowledged.values()))
            model = await server.model()
        settings = StorageSettings(durability=mode, archive_dir=tmp_path / "archive")
        found = await judge(load.acknowledged, [model], redis_url=store.url, settings=settings)
    tally(
        2, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not forgotten


class Sent:
    """Sends one event after the other; notes when each was acknowledged, and the file's size."""

    def __init__(self, address: str, seed: int, file: Path) -> None:
        self._address, self._seed, self._file = address, seed, file
        self.acknowledged: dict[str, float] = {}
        self.sizes: list[tuple[float, int]] = []

    async def run(self) -> None:
        """Go on until the server does not answer any more."""
        async with AsyncClient(self._address) as client:
            for number in range(1_000_000):
                event = Event(
                    "click", f"v{number % 50}", items=["a"], event_id=f"t{self._seed}-{number}"
                )
                try:
                    await client.feedback([event], timeout_s=10)
                except HeadwaterError:
                    return
                self.acknowledged[event.event_id] = time.monotonic()
                self.sizes.append((time.monotonic(), self._file.stat().st_size))

    def size_at(self, second: float) -> int:
        """Return how long the file was then."""
        return max([size for at, size in self.sizes if at <= second], default=self.sizes[0][1])


def append_only_file(path: Path) -> Path:
    return max((path / "appendonlydir").glob("*.incr.aof"), key=lambda file: file.stat().st_mtime)


def cut_file(file: Path, least: int, rng: Random) -> None:
    """Let the file end anywhere after ``least`` bytes: what came later never reached the disk."""
    whole = file.stat().st_size
    with file.open("rb+") as opened:
        opened.truncate(rng.randrange(least, max(least + 1, whole)))


async def until_power_goes(server: Server, store, seed: int, rng: Random, mode: Durability) -> Sent:
    """Let clients talk for some seconds, then pull the plug; the last second is not on disk."""
    sent = Sent(server.address, seed, append_only_file(store.path))
    talking = asyncio.create_task(sent.run())
    await eventually(lambda: len(sent.sizes) > 1 and lasted(sent) > BOUND_S + rng.random())
    await store.kill()
    await talking
    now_s = time.monotonic()
    last_s = 0.0 if mode is Durability.ALWAYS else 1.0
    least = sent.size_at(sent.sizes[-1][0] - last_s)
    cut_file(append_only_file(store.path), least, rng)
    assert now_s - sent.sizes[-1][0] < PATIENCE_S
    return sent


def lasted(sent: Sent) -> float:
    return sent.sizes[-1][0] - sent.sizes[0][0]


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_power_cut_takes_what_the_mode_allows_and_a_living_server_notices(
    seed, tmp_path, tally
):
    rng, mode = Random(seed), mode_of(seed)
    archived = StorageSettings(durability=mode, archive_dir=tmp_path / "archive")
    async with store_of(seed, mode, tmp_path / "store") as store:
        server = Server(tmp_path / "serve", *flags(mode, tmp_path / "archive"), redis_url=store.url)
        async with serving(server):
            sent = await until_power_goes(server, store, seed, rng, mode)
            known = (await server.model(compute_digest=False)).counts["log_entries"]
            await store.start()
            async with open_storage(archived, redis_url=store.url) as storage:
                head = (await storage.log.head()).sequence
            if head < known:
                await eventually(lambda: "learns again" in server.log or STOPS in server.log)
            if STOPS in server.log:  # the archive has more than the log
                await refuses(server, seed)
                await server.kill_and_wait()
                await put_back(archived, store.url)
                await server.start()
            await goes_on(server, seed)
            model = await server.model()
        async with open_storage(archived, redis_url=store.url) as storage:
            fold = await fold_of(storage, {model.offset})
    check_loss(sent, verdict(sent.acknowledged, [model], fold), mode, seed, tally)


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_power_cut_that_takes_the_server_too_is_reported_at_the_next_start(
    seed, tmp_path, tally
):
    mode, rng = Durability.EVERYSEC, Random(seed)
    archived = StorageSettings(archive_dir=tmp_path / "archive")
    async with store_of(seed, mode, tmp_path / "store") as store:
        server = Server(tmp_path / "serve", *flags(mode, tmp_path / "archive"), redis_url=store.url)
        async with serving(server):
            sent = await until_power_goes(server, store, seed, rng, mode)
            await server.kill_and_wait()
            said = witness_of(tmp_path / "archive")
            await store.start()
            head = await put_back(archived, store.url)
            await server.start()
            assert ("lost the end of the log" in server.log) == (head < said)
            await goes_on(server, seed)
            model = await server.model()
        async with open_storage(archived, redis_url=store.url) as storage:
            fold = await fold_of(storage, {model.offset})
    check_loss(sent, verdict(sent.acknowledged, [model], fold), mode, seed, tally)


async def put_back(settings: StorageSettings, url: str) -> int:
    """Do what doctor advises where the archive has more than the log; return where that ends.

    The archive follows what the store says is on its disk, and the cut may take that, too.
    """
    async with open_storage(settings, redis_url=url) as storage:
        head = await storage.log.head()
        if storage.archive.last().sequence > head.sequence:
            await Fixes(storage).restore_tail()
        return (await storage.log.head()).sequence


def witness_of(archive: Path) -> int:
    """Return which entry was written down last."""
    return int((archive / "default" / "witness").read_text().split()[1])


async def refuses(server: Server, seed: int) -> None:
    """A server whose state is not of this log acknowledges nothing on top of it."""
    async with AsyncClient(server.address) as client:
        for number in range(3):
            event = Event("click", "v", items=["a"], event_id=f"r{seed}-{number}")
            with contextlib.suppress(UnavailableError):
                await client.feedback([event], timeout_s=PATIENCE_S)
                raise AssertionError("it was acknowledged")
        await client.recommend("v", timeout_s=PATIENCE_S)  # reads go on


async def goes_on(server: Server, seed: int) -> None:
    event = Event("click", "v", items=["a"], event_id=f"g{seed}")
    async with AsyncClient(server.address) as client:
        await client.feedback([event], timeout_s=PATIENCE_S)


def check_loss(sent: Sent, found, mode: Durability, seed: int, tally) -> None:
    """Nothing is lost with `always`; with `everysec` nothing that is older than its bound."""
    end_s = max(sent.acknowledged.values())
    late = [i for i in found.lost if sent.acknowledged[i] >= end_s - BOUND_S]
    allowed = late if mode is Durability.EVERYSEC else []
    tally(
        2, seed, faults=1, acknowledged=found.acknowledged, in_bound=len(allowed),
        lost=len(found.lost) - len(allowed), doubled=len(found.doubled),
    )  # fmt: skip
    assert sorted(found.lost) == sorted(allowed)
    assert not found.doubled
    assert not found.differing

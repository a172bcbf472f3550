"""Row 8, the store's clock: days ahead under load, then right again, then behind for a while."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from headwater import AsyncClient, Event
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import fold_of, judge
from tests.system.crash.real_store import running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

ROW = 8
HOUR_S = 3_600
WINDOW = ("--attribution-window-minutes", "0.05")


def faketime() -> Path:
    """Return the library that gives the clock of a file to a program; skip where there is none."""
    package = importlib.util.find_spec("libfaketime")
    places = package.submodule_search_locations if package else ()
    found = [so for place in places or () for so in Path(place).rglob("libfaketime.so.1")]
    if not found:
        pytest.skip("no libfaketime here")
    return found[0]


@pytest.fixture
def set_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return what sets the clock of a store that is started now, in seconds from the right one."""
    file = tmp_path / "clock"

    def set_to(seconds: float) -> None:
        part = file.with_suffix(".part")
        part.write_text(f"{seconds:+f}\n")
        part.replace(file)

    set_to(0)
    monkeypatch.setenv("LD_PRELOAD", str(faketime()))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(file))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("DONT_FAKE_MONOTONIC", "1")  # as a real clock that is set
    return set_to


async def impressions_closed(client: AsyncClient) -> int:
    metrics = await client.get_metrics(timeout_s=PATIENCE_S)
    return sum(m.count for m in metrics if m.name == "act_rate" and m.window == "total")


async def last_entry_ms(url: str) -> int:
    async with open_storage(StorageSettings(), redis_url=url) as storage:
        return (await fold_of(storage)).engine.parts.clock_ms


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_store_whose_clock_was_wrong_poisons_nothing(
    seed, tmp_path, tally, set_clock, monkeypatch
):
    rng = Random(seed)
    # not Redis: its jemalloc does not start under libfaketime
    async with running_store("valkey", tmp_path / "store") as store:
        monkeypatch.delenv("LD_PRELOAD")  # the server's clock is right
        server = Server(tmp_path / "serve", *WINDOW, redis_url=store.url)
        async with serving(server), AsyncClient(server.address) as client:
            async with load_on([server.address], seed, clients=2) as load:
                await load.reaches(rng.randrange(20, 100))
                set_clock(rng.choice([48, 500]) * HOUR_S)
                await load.reaches(rng.randrange(20, 100))
                seen = Event("impression", "late", items=["i1", "i2"], event_id=f"late-{seed}")
                await client.feedback([seen], timeout_s=PATIENCE_S)
                before = await impressions_closed(client)
                set_clock(0)
                await load.reaches(20)

                async def closed() -> bool:
                    await load.reaches(5)
                    return await impressions_closed(client) > before

                await eventually(closed)
                set_clock(-rng.choice([2, 500]) * HOUR_S)
                await load.reaches(20)
                set_clock(0)
                await load.reaches(20)
            forgotten = await not_remembered(server.address, list(load.acknowledged.values()))
            model = await server.model()
        ended_ms = await last_entry_ms(store.url)
        found = await judge(load.acknowledged, [model], redis_url=store.url)
    tally(
        ROW, seed, faults=4, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert len(forgotten) == 0
    assert abs(ended_ms - wall_clock_ms()) < 1_000 * PATIENCE_S

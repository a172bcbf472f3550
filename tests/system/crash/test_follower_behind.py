"""Row 10: a follower far behind is seen to be so, and catches up."""

from __future__ import annotations

import asyncio
import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from headwater_server.engine.messages.events import Event, EventItem
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.load import load_on
from tests.system.crash.pair import caught_up, judged, lags_in_registry, two_servers
from tests.system.crash.seeds import IS_SOAK, seeds

BEHIND_ENTRIES = 100_000 if IS_SOAK else 3_000
LAG = "headwater_log_lag_entries"
APPENDS_AT_ONCE = 8
SCRAPE_EVERY_S = 0.2  # a scrape looks at the whole state; without a pause there is little else


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_follower_far_behind_catches_up_and_disturbs_nobody(seed, tmp_path, tally):
    async with two_servers(seed, tmp_path) as (slow, other, storage, metrics):
        slow.freeze()
        await append(storage, seed, BEHIND_ENTRIES)
        await caught_up(other, storage)
        await lags_in_registry(storage, slow, other, BEHIND_ENTRIES)
        async with load_on([other.address], seed, clients=2, batch=1) as load:
            slow.thaw()
            lags = await lags_until_caught_up(metrics)
            await load.reaches(20)
        assert max(lags) > 0
        assert load.retries == 0
        await caught_up(slow, storage)
        models = [await server.model() for server in (slow, other)]
        found = await judged(storage, load.acknowledged, *models)
    tally(
        10, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()


async def lags_until_caught_up(metrics):
    """Scrape, as Prometheus does but more often, until there is no lag; return every lag seen."""
    lags, end_s = [], time.monotonic() + (600 if IS_SOAK else PATIENCE_S)
    while not lags or lags[-1] is None or lags[-1] > 0:
        assert time.monotonic() < end_s, lags[-5:]
        lags.append(await asyncio.to_thread(lag_of, metrics))
        await asyncio.sleep(SCRAPE_EVERY_S)
    return [lag for lag in lags if lag is not None]


def lag_of(metrics):
    with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=PATIENCE_S) as answer:
        page = answer.read().decode()
    for family in text_string_to_metric_families(page):
        if family.name == LAG:
            return family.samples[0].value
    return None


async def append(storage, seed, count):
    """Put entries on the log as another server's clients would have."""

    async def some(start):
        for n in range(start, count, APPENDS_AT_ONCE):
            item = EventItem(f"i{n % 50}")
            event = Event(f"s{seed}-behind-{n}", "click", f"w{n % 500}", items=(item,))
            await storage.log.append([storage.log.encode([event])])

    await asyncio.gather(*(some(start) for start in range(APPENDS_AT_ONCE)))

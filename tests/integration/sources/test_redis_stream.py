"""The shop's own Redis Stream as a source, on a real server."""

from __future__ import annotations

import json

from headwater_server.engine.engine import Engine
from headwater_server.sources.sources import Sources
from headwater_server.storage.doctor.sources import check_sources
from headwater_server.storage.redis.store import Store
from headwater_server.storage.storage import Storage
from tests.integration.conftest import url_of
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.sources.reading_replica import learned, reading, state_of
from tests.integration.waiting import eventually


def event(number: int, **fields: object) -> str:
    plain = {"eventType": "click", "visitorId": f"v{number % 7}", "items": [{"itemId": "tent"}]}
    return json.dumps({**plain, **fields})


def asked(server_dir, key: str, **keys: str) -> dict[str, dict[str, str]]:
    return {"clicks": {"url": url_of(server_dir), "stream": key, **keys}}


async def add(store: Store, key: str, *texts: str) -> list[str]:
    return [(await store.call("XADD", key, "*", "event", text)).decode() for text in texts]


async def test_each_entry_counts_once_also_after_a_restart(
    storage: Storage, store: Store, server_dir
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    await add(store, key, *(event(n) for n in range(30)))
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 30)
        last = (await add(store, key, event(30)))[-1]
        await eventually(lambda: learned(replica) == 31)
        state = state_of(replica, "clicks")
        assert (state.position, state.messages, state.missed) == (f"{last}@31", 31, 0)
        assert (await replica.model(compute_digest=True)).digest == await folded_digest(
            storage, Engine
        )
    await add(store, key, event(31))
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 32)
        assert state_of(replica, "clicks").messages == 32
        assert replica.engine.lookups.counts()["events_repeated"] == 0


async def test_what_is_refused_is_in_the_quarantine_and_stops_nothing(
    storage: Storage, store: Store, server_dir
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    bad = ("{", "[]", "5", event(1, visitorId=5), event(1, surprise=1), event(1, eventType="no"))
    ids = await add(store, key, event(0), *bad, f"[{event(2)}, 7, {event(3)}]", event(4))
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 4)
        kept = await storage.quarantine.newest(20)
        reasons = {one.event_id.split(":", 2)[2]: one.reason for one in kept}
        assert len(kept) == 6  # an empty list is nothing
        assert reasons[ids[1]] == f"it is no JSON (source clicks, partition 0, {ids[1]})"
        assert reasons[f"{ids[7]}:1"].startswith("it is no JSON object")
        assert "visitorId" in reasons[ids[4]]
        assert "surprise: Event has no such field" in reasons[ids[5]]
        assert replica.writes.quarantined == 6


async def test_what_was_deleted_before_it_was_read_is_counted_and_said(
    storage: Storage, store: Store, server_dir, capsys
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    await add(store, key, event(0))
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 1)
    await add(store, key, *(event(n) for n in range(1, 6)))
    await store.call("XTRIM", key, "MAXLEN", 2)
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 3)
        assert state_of(replica, "clicks").missed == 3
        assert "deleted at the source" in capsys.readouterr().err
        (found,) = await check_sources(storage.stream)
        assert found.warns
        assert "clicks, partition 0: read to " in found.text
        assert "3 messages on the log that is kept; 3 more were deleted" in found.text


async def test_entries_that_were_read_may_be_deleted(
    storage: Storage, store: Store, server_dir
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    async with reading(storage, asked(server_dir, key)) as replica:
        for number in range(6):
            await add(store, key, event(number))
            await eventually(lambda n=number: learned(replica) == n + 1)
            await store.call("XTRIM", key, "MAXLEN", number % 2)
        state = state_of(replica, "clicks")
        assert (state.messages, state.missed) == (6, 0)


async def test_its_figures_are_metrics(storage: Storage, store: Store, server_dir) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    await add(store, key, event(0), "{")
    async with running_replica(storage, engine_type=Engine) as replica:
        sources = Sources(replica, asked(server_dir, key))
        sources.start()

        def figures() -> dict[str, float]:
            found = (sample for family in sources.metrics() for sample in family.samples)
            return {f"{one.name} {' '.join(one.labels.values())}": one.value for one in found}

        await eventually(lambda: figures().get("headwater_source_lag_messages clicks 0") == 0)
        assert (
            figures().items()
            >= {
                "headwater_source_messages_total clicks": 2,
                "headwater_source_messages_missed_total clicks": 0,
                "headwater_source_outcomes_total clicks created": 1,
                "headwater_source_outcomes_total clicks refused": 1,
                "headwater_source_up clicks": 1,
            }.items()
        )
        await sources.stop()
        assert "headwater_source_up clicks" not in figures()


async def test_another_stream_under_the_same_name_is_not_taken_for_the_old_one(
    storage: Storage, store: Store, server_dir
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    await add(store, key, event(0))
    async with reading(storage, asked(server_dir, key)) as replica:
        await eventually(lambda: learned(replica) == 1)
        await store.call("DEL", key)
        await eventually(lambda: "no stream" in replica.own.health.notice)
        await store.call("XADD", key, "1-1", "event", event(1))
        await eventually(lambda: "made again" in replica.own.health.notice)
        assert learned(replica) == 1
        await store.call("DEL", key)
        await add(store, key, event(2))
        await eventually(lambda: learned(replica) == 2)
        await eventually(lambda: not replica.own.health.notice)


async def test_two_servers_read_it_once_and_one_takes_over(
    storage: Storage, store: Store, server_dir
) -> None:
    key = f"{storage.settings.catalogue}:clicks"
    async with reading(storage, asked(server_dir, key)) as one:
        async with reading(storage, asked(server_dir, key)) as other:
            await add(store, key, *(event(n) for n in range(20)))
            await eventually(lambda: learned(one) == learned(other) == 20)
            assert one.engine.lookups.counts()["events_repeated"] == 0
        await add(store, key, *(event(n) for n in range(20, 40)))
        await eventually(lambda: learned(one) == 40)
        assert (await one.model(compute_digest=True)).digest == await folded_digest(storage, Engine)

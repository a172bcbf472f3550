"""Logs that earlier builds wrote, with dates of the future: what they stopped goes on."""

from __future__ import annotations

from dataclasses import replace

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.storage import Storage
from tests.integration.recorded import put_payload
from tests.integration.replicas import click, folded_digest, running_replica
from tests.integration.waiting import eventually

FAR_MS = 2_903_212_800_000  # 2062
WINDOW = EngineSettings(attribution_window_minutes=0.005)


async def put_imported(storage: Storage, *operations) -> int:
    """Write an entry as `headwater import` of an earlier build did; return its time."""
    now_ms = wall_clock_ms()
    await put_payload(storage, now_ms, encode_operations(operations, imported=True))
    return now_ms


async def test_impressions_close_again_after_an_imported_row_of_2062(storage: Storage) -> None:
    past = [replace(click(n), event_time_ms=1_700_000_000_000 + n) for n in range(20)]
    put_ms = await put_imported(storage, *past, replace(click(20, "cup"), event_time_ms=FAR_MS))
    async with running_replica(storage, engine_type=Engine, engine_settings=WINDOW) as replica:
        seen = Event("seen", "impression", "v1", items=(EventItem("tent"),))
        bought = Event("bought", "purchase", "v1", items=(EventItem("tent"),))
        answer = await replica.feedback([(seen, ""), (bought, "")], 60)
        assert {outcome.status for outcome in answer.outcomes} == {Status.CREATED}
        assert replica.get_user("", "v6").history[0].time_ms == put_ms  # the row of 2062
        numbers = iter(range(100, 100_000))

        async def closed() -> bool:
            await replica.feedback([(click(next(numbers), "cup"), "")], 60)
            return any(metric.name == "act_rate" for metric in replica.metrics())

        await eventually(closed)
        rates = [
            m
            for m in replica.metrics()
            if m.name == "act_rate" and m.window == "total" and m.placement == ""
        ]
        assert [(rate.value, rate.count) for rate in rates] == [(1.0, 1)]
        digest = (await replica.model(compute_digest=True)).digest
    assert digest == await folded_digest(storage, Engine)


async def test_a_write_now_wins_over_one_dated_2062(storage: Storage) -> None:
    await put_imported(
        storage,
        ItemWrite(Item("boots"), set_time_ms=FAR_MS),
        ItemDelete("socks", set_time_ms=FAR_MS),
        UserWrite("ann", (("segment", "vip"),), set_time_ms=FAR_MS),
    )
    async with running_replica(storage, engine_type=Engine) as replica:
        items = [ItemWrite(Item("boots", available=False)), ItemWrite(Item("socks"))]
        users = [UserWrite("ann", (("segment", "none"),))]
        answers = [await replica.upsert_items(items, 60), await replica.upsert_users(users, 60)]
        statuses = {one.status for answer in answers for one in answer.outcomes}
        assert statuses == {Status.CREATED}
        assert not replica.get_item("boots").available
        assert replica.get_item("socks").available
        assert replica.get_user("ann", "").features == (("segment", "none"),)

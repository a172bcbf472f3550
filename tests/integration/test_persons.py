"""What persons do at a server: they look for a visitor, and replay or drop rejected events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, Event, EventStatus, PermissionDeniedError
from headwater.errors import InvalidRequestError
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import QuarantineChange, SettingsChange
from headwater_server.replica.ports.position import START
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import PATIENCE_S

KEY, READ_KEY, PAGE_KEY = "a-key-of-the-operator", "a-key-that-only-looks", "a-key-of-the-page"
KEYS = ApiSettings(
    keys=SecretStr(f"{KEY};name=anna,{READ_KEY};scopes=read"),
    page_keys=SecretStr(f"{PAGE_KEY};scopes=feedback+recommend"),
    stop_grace_s=0,
)


async def test_visitors_are_listed_and_found_page_by_page(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=READ_KEY) as looking,
        AsyncClient(listen, key=KEY) as client,
    ):
        views = [Event("view", f"visitor-{n}", ["tent"], user_id=f"u{n}") for n in range(5)]
        await client.feedback(views)
        before = (await client.get_model(compute_digest=True)).digest
        found = [one async for one in looking.list_visitors(page_size=3)]
        assert [one.visitor_id or one.user_id for one in found] == [
            name for n in reversed(range(5)) for name in (f"u{n}", f"visitor-{n}")
        ]
        assert found[0].last_active_time is not None
        assert (found[0].item_count, found[0].linked_visitor_count) == (1, 1)
        by_text = [one async for one in looking.list_visitors(query="OR-3", page_size=1)]
        assert [(one.visitor_id, one.user_id) for one in by_text] == [("visitor-3", "u3")]
        await client.erase_user("u3")
        assert not [one async for one in looking.list_visitors(query="r-3")]
        assert (await client.get_model(compute_digest=True)).digest != before


async def test_a_page_may_not_list_visitors(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=PAGE_KEY) as page,
    ):
        with pytest.raises(PermissionDeniedError):
            _ = [one async for one in page.list_visitors()]


async def rejected(client: AsyncClient, *events: Event) -> list[str]:
    await client.feedback(events)
    return [one.quarantine_id async for one in client.list_quarantined_events()][::-1]


async def test_a_replay_learns_what_the_settings_now_allow_and_keeps_the_rest(
    storage: Storage,
) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=KEY) as client,
    ):
        shared = Event("view", "ann", ["tent"], reward=0.5)
        wished = Event("wish", "ann", ["tent"], reward=0.25)
        ids = await rejected(client, wished, Event("wish", "", ["tent"]))
        again = await client.replay_quarantined_events(ids)
        assert [one.status for one in again] == [EventStatus.QUARANTINED] * 2
        assert "'wish' has no reward" in again[0].detail
        settings = replace(replica.engine.settings, rewards={"wish": 0.4, "detail-page-view": 0.2})
        await replica.writes.write([SettingsChange(settings, "a test", ("rewards",))], PATIENCE_S)
        learned, still, gone = await client.replay_quarantined_events([*ids, "1-1"])
        assert (learned.status, learned.detail) == (EventStatus.CREATED, "")
        assert learned.event_id == wished.event_id
        assert still.status == EventStatus.QUARANTINED
        assert still.detail.startswith("visitor_id")
        assert (gone.status, gone.event_id) == (None, "")
        kept = [one.quarantine_id async for one in client.list_quarantined_events()]
        assert kept == [ids[1]]
        # the event itself, not another with its id: the caller's own retry is the same
        results = (await client.feedback([wished, shared])).results
        assert [one.status for one in results] == [EventStatus.EXISTS, EventStatus.CREATED]


async def test_an_event_of_a_page_stays_one_of_its_source(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=KEY) as client,
        AsyncClient(listen, key=PAGE_KEY) as page,
    ):
        await client.feedback([Event("view", "eve", ["tent"])])
        await page.feedback([Event("view", "ann", ["unknown"])])
        (kept,) = [one async for one in storage.quarantine.kept()]
        await client.feedback([Event("view", "eve", ["unknown"])])
        (learned,) = await client.replay_quarantined_events([kept.kept_id])
        assert learned.status == EventStatus.CREATED
        stored = [
            operation
            async for logged in storage.log.iterate(START)
            for operation in logged.part(0, logged.size).operations
        ]
        # the engine refused it the first time, so that the log has it twice
        first, again = [one for one in stored if getattr(one, "visitor_id", "") == "ann"]
        assert again == first
        assert again.from_page
        assert again.source == kept.event.source != ""


async def test_dropped_events_are_gone_and_the_log_says_who_did_it(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=KEY) as client,
        AsyncClient(listen, key=READ_KEY) as looking,
    ):
        ids = await rejected(client, *(Event("nonsense", f"v{n}", ["x"]) for n in range(3)))
        for refused in (looking.drop_quarantined_events, looking.replay_quarantined_events):
            with pytest.raises(PermissionDeniedError):
                await refused(ids)
        assert await client.drop_quarantined_events([*ids[:2], ids[0]]) == 2
        assert await client.drop_quarantined_events(ids[:2]) == 0
        await client.replay_quarantined_events(ids[2:])
        assert [one.quarantine_id async for one in client.list_quarantined_events()] == [ids[2]]
        changes = [
            operation
            async for logged in storage.log.iterate(START)
            for operation in logged.part(0, logged.size).operations
            if isinstance(operation, QuarantineChange)
        ]
    assert changes == [
        QuarantineChange("anna", "drop", 2),
        QuarantineChange("anna", "replay begins", 1),
        QuarantineChange("anna", "replay", 1, learned=0),
    ]


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        ([], "quarantine_ids"),
        (["1-1", "abc"], "quarantine_ids[1]"),
        (["1-1", "01-1"], "quarantine_ids[1]"),
        (["1-01"], "quarantine_ids[0]"),
        (["1-1"] * 501, "quarantine_ids"),
    ],
    ids=["none", "no id", "a zero more", "a zero more at the end", "too many"],
)
async def test_a_call_that_names_nothing_useful_is_refused(storage: Storage, ids, field) -> None:
    async with (
        running_replica(storage) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=KEY) as client,
    ):
        for refused in (client.drop_quarantined_events, client.replay_quarantined_events):
            with pytest.raises(InvalidRequestError, match=field.replace("[", r"\[")):
                await refused(ids)

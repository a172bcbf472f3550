"""Who is whom over a day, through the real API: late events, logouts, erasure, a full table."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, Event, EventStatus, Item, NotFoundError, PermissionDeniedError
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica

KINDS = ("tent", "paper", "lamp")
BATCH = 500


@asynccontextmanager
async def shop(
    storage: Storage, engine: EngineSettings | None = None
) -> AsyncIterator[AsyncClient]:
    """Serve an empty shop; at the end the log must fold to the state that answered."""
    async with (
        running_replica(storage, engine_settings=engine, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        yield client
        digest = (await client.get_model(compute_digest=True)).digest
    assert await folded_digest(storage, Engine) == digest


async def send(client: AsyncClient, events: list[Event]) -> list[EventStatus]:
    found: list[EventStatus] = []
    for start in range(0, len(events), BATCH):
        answer = await client.feedback(events[start : start + BATCH], timeout_s=60)
        found += [result.status for result in answer.results]
    return found


async def created(client: AsyncClient, *events: Event) -> None:
    assert set(await send(client, list(events))) == {EventStatus.CREATED}


async def listed(client: AsyncClient, visitor: str, size: int = 20) -> list[str]:
    answer = await client.recommend(
        visitor, page_size=size, recommendation_id="r", explore=False, timeout_s=30
    )
    return list(answer.item_ids)


@pytest.mark.parametrize("seed", [1, 2])
async def test_old_purchases_that_come_late_do_not_take_over(storage: Storage, seed: int) -> None:
    rng = random.Random(seed)
    crowd = [
        Event("click", f"v{n}", items=[f"{KINDS[n % 3]}-{i}"])
        for n in range(300)
        for i in rng.sample(range(20), 5)
    ]
    ago = datetime.now(UTC) - timedelta(days=30)
    anns = [Event("click", "ann", items=[f"tent-{n}"]) for n in (3, 5, 7)]
    late = [Event("purchase", "ann", items=[f"paper-{n}"], event_time=ago) for n in (1, 2)]
    async with shop(storage) as client:
        await created(client, *crowd)
        await created(client, *anns)
        await created(client, *late)
        best = await listed(client, "ann", 10)
        assert sum(item.startswith("tent") for item in best) >= 5
        history = (await client.get_user(visitor_id="ann")).history
        assert [one.item_id for one in history] == [
            "tent-7", "tent-5", "tent-3", "paper-2", "paper-1",
        ]  # fmt: skip


async def test_a_crowd_of_one_click_visitors_pushes_out_no_customer(storage: Storage) -> None:
    items = [Item(f"i{n}", title=f"thing {n}") for n in range(30)]
    bought = [Event("purchase", "phone", user_id="ann", items=[f"i{n}"]) for n in range(8)]
    async with shop(storage, EngineSettings(visitors_max=1_000)) as client:
        await client.upsert_items(items)
        await created(client, *bought)
        await created(client, Event("dislike", "phone", user_id="ann", items=["i20"]))
        await created(
            client, *(Event("view", f"bot-{n}", items=[f"i{n % 30}"]) for n in range(1_200))
        )
        ann = await client.get_user("ann")
        assert {one.item_id for one in ann.history} == {*(f"i{n}" for n in range(8)), "i20"}
        assert ann.visitor_ids == ("phone",)
        assert "i20" not in await listed(client, "phone", 100)
        assert (await client.get_model()).counts["visitors"] <= 1_000


async def test_after_a_logout_the_device_is_a_strangers(storage: Storage) -> None:
    async with shop(storage, EngineSettings(hide_days={"purchase": 30.0})) as client:
        await created(client, *(Event("view", f"v{n}", items=[f"p-{n % 5}"]) for n in range(40)))
        await created(client, Event("purchase", "kiosk", user_id="alice", items=["p-1"]))
        stranger = await listed(client, "stranger")
        assert "p-1" in stranger
        assert "p-1" not in await listed(client, "kiosk")
        for _ in range(2):  # repeating it is no error
            ended = await client.unlink_visitor("kiosk")
        assert ended.offset
        assert await listed(client, "kiosk") == stranger
        kiosk = await client.get_user(visitor_id="kiosk")
        assert (kiosk.user.user_id, kiosk.visitor_ids, kiosk.history) == ("", (), ())
        assert [one.item_id for one in (await client.get_user("alice")).history] == ["p-1"]
        await client.unlink_visitor("nobody")
        with pytest.raises(NotFoundError):
            await client.get_user(visitor_id="nobody")


async def test_the_next_user_of_the_device_is_another(storage: Storage) -> None:
    """Anonymous acts stay with the device; a late event of the first user changes nothing."""
    early = datetime.now(UTC) - timedelta(hours=1)
    async with shop(storage) as client:
        await created(client, Event("view", "kiosk", items=["map"]))
        await created(client, Event("view", "kiosk", user_id="alice", items=["book"]))
        await created(client, Event("logout", "kiosk"))
        await created(
            client, Event("view", "kiosk", user_id="alice", items=["pen"], event_time=early)
        )
        kiosk = await client.get_user(visitor_id="kiosk")
        assert (kiosk.user.user_id, [one.item_id for one in kiosk.history]) == ("", ["map"])
        await created(client, Event("view", "kiosk", user_id="bob", items=["cup"]))
        await created(client, Event("logout", "kiosk", user_id="alice"))  # her other tab
        kiosk = await client.get_user(visitor_id="kiosk")
        assert kiosk.user.user_id == "bob"
        assert {one.item_id for one in kiosk.history} == {"map", "cup"}


async def test_a_page_ends_the_link_of_its_visitor_and_names_no_account(storage: Storage) -> None:
    keys = {"keys": SecretStr("backend-key-0123456"), "page_keys": SecretStr("page-key-0123456789")}
    settings = ApiSettings(**keys, stop_grace_s=0)
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, settings) as listen,
        AsyncClient(listen, key="backend-key-0123456") as backend,
        AsyncClient(listen, key="page-key-0123456789") as page,
    ):
        await created(backend, Event("view", "kiosk", user_id="alice", items=["book"]))
        named = Event("logout", "kiosk", user_id="alice")
        assert await send(page, [named]) == [EventStatus.QUARANTINED]
        with pytest.raises(PermissionDeniedError):
            await page.unlink_visitor("kiosk")
        assert (await backend.get_user(visitor_id="kiosk")).user.user_id == "alice"
        await created(page, Event("logout", "kiosk"))
        assert (await backend.get_user(visitor_id="kiosk")).user.user_id == ""


async def test_an_erased_person_does_not_come_back_by_a_retry(storage: Storage) -> None:
    """A buffer sends the same events again; new acts are those of a new visitor."""
    events = [Event("click", "ann", items=[f"i{n}"]) for n in range(4)]
    late = [Event("click", "phone", user_id="ann", items=[f"i{n}"]) for n in range(4)]
    async with shop(storage) as client:
        await created(client, *events, *late)
        await client.erase_user("ann")
        await client.erase_user(visitor_id="ann")
        learned = (await client.get_model()).counts["events_learned"]
        for again in ([*events, *late], [*late, *events][::-1]):
            assert set(await send(client, again)) == {EventStatus.EXISTS}
        assert (await client.get_model()).counts["events_learned"] == learned
        for asked in ({"user_id": "ann"}, {"visitor_id": "ann"}, {"visitor_id": "phone"}):
            with pytest.raises(NotFoundError):
                await client.get_user(**asked)
        await created(client, Event("click", "ann", items=["i9"]))
        history = (await client.get_user(visitor_id="ann")).history
        assert [one.item_id for one in history] == ["i9"]

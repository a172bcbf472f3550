"""What a page's key sends takes no place of what the shop described, nor of its event ids."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog
from pydantic import SecretStr

from headwater import AsyncClient, Event, EventStatus, InvalidRequestError, Item, User, WriteStatus
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import eventually

BACKEND, PAGE = "key-of-the-backend", "key-of-the-page-01"
KEYS = ApiSettings(
    keys=SecretStr(BACKEND),
    page_keys=SecretStr(f"{PAGE};scopes=feedback+recommend"),
    stop_grace_s=0,
)


@asynccontextmanager
async def shop(storage: Storage, **settings: object) -> AsyncIterator[tuple[AsyncClient, ...]]:
    """Yield a client with a backend's key, and one with a page's."""
    engine = EngineSettings(**settings)  # type: ignore[arg-type]
    async with (
        running_replica(storage, engine_type=Engine, engine_settings=engine) as replica,
        serving(replica, KEYS) as address,
        AsyncClient(address, key=BACKEND) as backend,
        AsyncClient(address, key=PAGE) as page,
    ):
        yield backend, page


def skus(count: int) -> list[Item]:
    return [Item(f"sku-{n}", title=f"Lamp {n}") for n in range(count)]


async def test_a_page_fills_neither_catalogue_nor_lists(storage: Storage) -> None:
    """R1, T1: 1,500 items stay, whatever a page names; with a token, too."""
    async with shop(storage, items_max=2000) as (backend, page):
        for start in (0, 750):
            await backend.upsert_items(skus(1500)[start : start + 750])
        token = (await backend.recommend("m")).attribution_token
        sent = [
            *(Event("click", "m", items=[f"junk-{n}-{i}" for i in range(1000)]) for n in range(3)),
            *(Event("click", "m", items=[f"junk-{n}-{i}" for i in range(30)]) for n in range(20)),
            Event("click", "m", items=["junk"], attribution_token=token),
            Event("impression", "m", items=["junk"]),
        ]
        results = (await page.feedback(sent)).results
        assert {r.status for r in results} == {EventStatus.QUARANTINED}
        assert "page_event_items_max" in results[0].detail
        assert results[3].detail.startswith("items[0].item_id: 'junk-0-0' is not a known item")
        assert len([item async for item in backend.list_items(page_size=1000)]) == 1500
        listed = [result.item_id for result in (await page.recommend("s")).results]
        assert len(listed) == 20
        assert all(name.startswith("sku-") for name in listed)
        counts = (await backend.get_model()).counts
        assert (counts["items"], counts["items_described"]) == (1500, 1500)
        known = await page.feedback([Event("click", "m", items=[f"sku-{n}" for n in range(30)])])
        assert known.results[0].status is EventStatus.CREATED
        digest = (await backend.get_model(compute_digest=True)).digest
        assert digest == await folded_digest(storage, Engine)


async def test_what_a_backends_event_named_a_page_may_name(storage: Storage) -> None:
    """A shop without a catalogue sends the first event of an item from its backend."""
    async with shop(storage) as (backend, page):
        sent = [Event("click", "ann", items=["tent"])]
        assert (await page.feedback(sent)).results[0].status is EventStatus.QUARANTINED
        await backend.feedback([Event("view", "bob", items=["tent"])])
        assert (await page.feedback(sent)).results[0].status is EventStatus.CREATED


@pytest.mark.parametrize(
    ("who", "page_status", "backend_status"),
    [
        ("nobody", EventStatus.CREATED, EventStatus.CREATED),
        ("everyone", EventStatus.QUARANTINED, EventStatus.QUARANTINED),
    ],
)
async def test_the_shop_decides_who_creates_items(
    storage: Storage, who: str, page_status: EventStatus, backend_status: EventStatus
) -> None:
    async with shop(storage, catalogue_only=who) as (backend, page):
        statuses = [
            (await client.feedback([Event("click", "v", items=[name])])).results[0].status
            for client, name in ((page, "a"), (backend, "b"))
        ]
        assert statuses == [page_status, backend_status]


async def test_a_full_catalogue_refuses_new_items_and_says_so(storage: Storage) -> None:
    """R11: the first 1,000 stay, 500 are REFUSED with the setting; one warning in the log."""
    with structlog.testing.capture_logs() as lines:
        async with shop(storage, items_max=1000) as (backend, _):
            results = [
                result
                for start in (0, 750)
                for result in (await backend.upsert_items(skus(1500)[start : start + 750])).results
            ]
            assert [r.status for r in results[:1000]] == [WriteStatus.APPLIED] * 1000
            assert {r.status for r in results[1000:]} == {WriteStatus.REFUSED}
            assert "items_max" in results[1000].detail
            assert "1,000" in results[1000].detail
            kept = {item.item_id async for item in backend.list_items(page_size=1000)}
            assert kept == {item.item_id for item in skus(1000)}
            assert (await backend.get_model()).counts["item_writes_refused"] == 500
            await eventually(lambda: "items_max is reached" in warnings_of(lines))
            await backend.delete_items(["sku-0"])
            assert (await backend.upsert_items([Item("new")])).results[0].status is (
                WriteStatus.APPLIED
            )
    assert warnings_of(lines).count("items_max is reached") == 1


def warnings_of(lines: list[structlog.typing.EventDict]) -> list[str]:
    return [line["event"] for line in lines if line["event"].startswith("items_max")]


async def test_a_page_pushes_out_no_event_id_of_a_backend(storage: Storage) -> None:
    """T22: an order that is sent again is known, however many events a page has sent."""
    order = Event("purchase", "ann", items=["tent"], event_id="order-1")
    limits = {"deduplication_ids_max": 50, "page_visitor_events_per_minute_max": 0}
    async with shop(storage, **limits) as (backend, page):
        assert (await backend.feedback([order])).results[0].status is EventStatus.CREATED
        clicks = [Event("click", "bob", items=["tent"]) for _ in range(200)]
        assert {r.status for r in (await page.feedback(clicks)).results} == {EventStatus.CREATED}
        assert (await backend.feedback([order])).results[0].status is EventStatus.EXISTS
        counts = (await backend.get_model()).counts
        assert counts["deduplication_ids_removed"] == 150


async def test_the_text_of_a_missing_value_is_refused_by_name(storage: Storage) -> None:
    """Writes name the field; nothing of the call is done; a visitor without an id gets a list."""
    async with shop(storage) as (backend, page):
        with pytest.raises(InvalidRequestError, match=r"writes\[1\].item.item_id 'undefined' is"):
            await backend.upsert_items([Item("boots"), Item("undefined")])
        with pytest.raises(InvalidRequestError, match=r"writes\[0\].user.user_id 'null' is"):
            await backend.upsert_users([User("null")])
        assert [item async for item in backend.list_items()] == []
        await backend.upsert_items([Item("boots")])
        answer = await page.feedback([Event("click", "undefined", items=["boots"])])
        assert answer.results[0].detail.startswith("visitor_id: 'undefined' is the text of")
        assert [r.item_id for r in (await page.recommend("undefined")).results] == ["boots"]
        await backend.delete_items(["undefined"])
    async with shop(storage, allowed_ids=("undefined",)) as (backend, _):
        written = await backend.upsert_items([Item("undefined")])
        assert written.results[0].status is WriteStatus.APPLIED

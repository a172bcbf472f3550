"""A page's key is public: what is sent with it is learned only as far as a token proves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import grpc
import pytest
from pydantic import SecretStr

from headwater.v1 import event_pb2, feedback_service_pb2, feedback_service_pb2_grpc
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.replica import Replica
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

BACKEND, PAGE, NARROW = "key-of-the-backend", "key-of-the-page-01", "key-of-the-page-02"
SETTINGS = ApiSettings(
    keys=SecretStr(BACKEND),
    page_keys=SecretStr(f"{PAGE};scopes=feedback+recommend,{NARROW}"),
    stop_grace_s=0,
)
ITEMS = ("boots", "tent", "stove", "rope")


class Shop:
    """A server with a backend's key and a page's; the clock is the test's."""

    def __init__(self, replica: Replica, channel: grpc.aio.Channel) -> None:
        self.replica = replica
        self.recommendation = pb_grpc.RecommendationServiceStub(channel)
        self.feedback = feedback_service_pb2_grpc.FeedbackServiceStub(channel)

    async def slate(self, visitor: str = "ann", key: str = BACKEND, **more: Any) -> Any:
        more = {"placement": "home", "page_size": 3, **more}
        question = pb.RecommendRequest(visitor_id=visitor, **more)
        return await self.recommendation.Recommend(
            question, metadata=bearer(key), timeout=PATIENCE_S
        )

    async def send(self, *events: event_pb2.Event, key: str = PAGE) -> list[str]:
        """Return what became of each event, with the reason's field."""
        request = feedback_service_pb2.FeedbackRequest(events=events)
        answer = await self.feedback.Feedback(request, metadata=bearer(key), timeout=PATIENCE_S)
        names = [event_pb2.EventStatus.Name(r.status)[13:] for r in answer.results]
        fields = [r.detail.partition(":")[0] if ":" in r.detail else "" for r in answer.results]
        return [f"{name} {field}".strip() for name, field in zip(names, fields, strict=True)]

    async def digest(self) -> str:
        return (await self.replica.model(compute_digest=True)).digest


def bearer(key: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {key}")]


def event(name: str, *items: str, visitor: str = "ann", **more: Any) -> event_pb2.Event:
    those = [event_pb2.EventItem(item_id=item) for item in items]
    kind = more.pop("event_type", "click")
    return event_pb2.Event(event_id=name, event_type=kind, visitor_id=visitor, items=those, **more)


NOW_MS = 1_700_000_000_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@asynccontextmanager
async def running_shop(
    storage: Storage, now_ms: Clock | None = None, **engine: Any
) -> AsyncIterator[Shop]:
    options = {"engine_type": Engine, "engine_settings": EngineSettings(**engine)}
    if now_ms:
        options["now_ms"] = now_ms
    async with (
        running_replica(storage, **options) as replica,
        serving(replica, SETTINGS) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        shop = Shop(replica, channel)
        past = [event(f"p{n}", item, visitor=f"v{n}") for n, item in enumerate(ITEMS * 2)]
        assert set(await shop.send(*past, key=BACKEND)) == {"CREATED"}
        yield shop


async def test_what_a_token_proves_is_learned_and_serves_several_events(
    storage: Storage,
) -> None:
    async with running_shop(storage) as shop:
        slate = await shop.slate()
        items = [result.item_id for result in slate.results]
        token = slate.attribution_token
        statuses = await shop.send(
            event("e1", event_type="impression", attribution_token=token),
            event("e2", items[0], attribution_token=token),
            event("e3", items[0], event_type="add-to-cart", attribution_token=token),
        )
        assert statuses == ["CREATED"] * 3
        assert await shop.digest() == await folded_digest(storage, Engine)


async def test_what_no_token_proves_teaches_nothing(storage: Storage) -> None:
    """Forged, foreign, of another visitor, of an item that was not shown, of an account."""
    async with running_shop(storage) as shop:
        slate = await shop.slate()
        token, shown = slate.attribution_token, slate.results[0].item_id
        hidden = next(i for i in ITEMS if i not in {r.item_id for r in slate.results})
        before = await shop.digest()
        turned = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
        statuses = await shop.send(
            event("e1", shown, attribution_token=turned),
            event("e2", shown, attribution_token="forged"),
            event("e3", shown, visitor="bob", attribution_token=token),
            event("e4", hidden, attribution_token=token),
            event("e5", shown, user_id="victim", attribution_token=token),
            event("e6", shown, user_id="victim"),
        )
        assert statuses == ["QUARANTINED attribution_token"] * 4 + ["QUARANTINED user_id"] * 2
        assert await shop.digest() == before


async def test_a_token_expires_for_pages_and_for_backends(storage: Storage) -> None:
    clock = Clock()
    async with running_shop(storage, now_ms=clock) as shop:
        slate = await shop.slate()
        token, shown = slate.attribution_token, slate.results[0].item_id
        clock.now_ms += 24 * 3_600_000 - 2_000
        assert await shop.send(event("e1", shown, attribution_token=token)) == ["CREATED"]
        before = await shop.digest()
        clock.now_ms += 4_000
        for key in (PAGE, BACKEND):
            late = await shop.send(event("e2", shown, attribution_token=token), key=key)
            assert late == ["QUARANTINED attribution_token"]
        assert await shop.digest() == before
        bought = event("e3", shown, attribution_token=token)
        bought.event_time.FromMilliseconds(NOW_MS)
        assert await shop.send(bought, key=PAGE) == ["QUARANTINED attribution_token"]
        assert await shop.send(bought, key=BACKEND) == ["CREATED"]  # it happened in time


async def test_what_a_page_says_of_itself_counts_within_limits(storage: Storage) -> None:
    """A product found by search needs no token; a flood of them teaches little."""
    limits = {"page_visitor_events_per_minute_max": 3, "page_source_events_per_minute_max": 5}
    async with running_shop(storage, **limits) as shop:
        token = (await shop.slate("cleo")).attribution_token
        ann = await shop.send(*(event(f"a{n}", "boots") for n in range(5)))
        assert ann == ["CREATED"] * 3 + ["QUARANTINED attribution_token"] * 2
        others = await shop.send(*(event(f"o{n}", "boots", visitor=f"o{n}") for n in range(3)))
        assert others == ["CREATED"] * 2 + ["QUARANTINED source"]
        seen = event("c1", event_type="impression", visitor="cleo", attribution_token=token)
        assert await shop.send(seen) == ["CREATED"]  # events with a token do not count here
        backend = await shop.send(*(event(f"b{n}", "boots") for n in range(9)), key=BACKEND)
        assert backend == ["CREATED"] * 9


async def test_a_page_spreads_its_clicks_over_no_minutes_of_its_own(storage: Storage) -> None:
    """R9: with the token of a backend's list; what a backend sends late counts when it happened."""
    async with running_shop(storage, visitor_events_per_minute_max=10) as shop:
        slate, ms = await shop.slate(), wall_clock_ms()
        clicks = [
            event(f"c{n}", slate.results[n % 2].item_id, attribution_token=slate.attribution_token)
            for n in range(4 * 9)
        ]
        for n, one in enumerate(clicks):
            one.event_time.FromMilliseconds(ms - (1 + n % 4) * 60_000)
        statuses = await shop.send(*clicks)  # in one call: of one minute of the log
        assert statuses == ["CREATED"] * 10 + ["QUARANTINED visitor_id"] * 26
        for one in clicks:
            one.event_id, one.visitor_id, one.attribution_token = f"b{one.event_id}", "bob", ""
        assert await shop.send(*clicks, key=BACKEND) == ["CREATED"] * 36


async def test_a_list_that_a_page_asked_for_proves_no_made_up_visitor(
    storage: Storage,
) -> None:
    """Else one address asks for a list for each of its inventions, and teaches without end."""
    limits = {"page_visitor_events_per_minute_max": 3, "page_source_events_per_minute_max": 5}
    async with running_shop(storage, **limits) as shop:
        statuses = []
        for visitor in ("x1", "x2", "x3"):
            token = (await shop.slate(visitor, PAGE, candidate_item_ids=["rope"])).attribution_token
            bought = [
                event(f"{visitor}-{n}", "rope", visitor=visitor, attribution_token=token)
                for n in range(4)
            ]
            statuses += await shop.send(*bought)
        assert statuses.count("CREATED") == 5
        assert set(statuses) == {"CREATED", "QUARANTINED attribution_token", "QUARANTINED source"}
        assert await shop.digest() == await folded_digest(storage, Engine)  # the log says it, too


@pytest.mark.parametrize(
    "spelled",
    [
        lambda n: [("authorization", "Bearer" + " " * (n + 1) + PAGE)],
        lambda n: [("authorization", f"{'BEARER'[:n]}{'bearer'[n:]} {PAGE}")],
        lambda n: [("authorization", f"Bearer {PAGE}"), ("authorization", f"more-{n}")],
    ],
    ids=["spaces", "case", "twice"],
)
async def test_one_source_stays_one_however_it_spells_its_key(storage: Storage, spelled) -> None:
    async with running_shop(storage, page_source_events_per_minute_max=2) as shop:
        statuses = []
        for n in range(5):
            request = feedback_service_pb2.FeedbackRequest(
                events=[event(f"s{n}", "boots", visitor=f"s{n}")]
            )
            answer = await shop.feedback.Feedback(request, metadata=spelled(n), timeout=PATIENCE_S)
            statuses += [result.status for result in answer.results]
        assert statuses.count(event_pb2.EVENT_STATUS_CREATED) == 2


async def test_a_page_opens_no_stream(storage: Storage) -> None:
    """It would hold a place, and do nothing, for as long as it likes; browsers have no streams."""
    async with running_shop(storage) as shop:
        stream = shop.feedback.StreamFeedback(metadata=bearer(PAGE), timeout=PATIENCE_S)
        with pytest.raises(grpc.aio.AioRpcError, match="a page's key opens no stream") as refused:
            await stream.read()
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_nobody_takes_an_event_id_from_the_backend(storage: Storage) -> None:
    """A page that guesses an order's id and sends something else under it first does no harm."""
    async with running_shop(storage) as shop:
        first, order = event("order-7", "rope"), event("order-7", "tent")
        assert await shop.send(first) == ["CREATED"]
        assert await shop.send(first) == ["EXISTS"]
        assert await shop.send(order, key=BACKEND) == ["CREATED"]
        assert await shop.send(order, key=BACKEND) == ["EXISTS"]


async def test_a_page_asks_for_its_visitor_and_no_account(storage: Storage) -> None:
    async with running_shop(storage) as shop:
        assert (await shop.slate(key=PAGE)).results
        with pytest.raises(grpc.aio.AioRpcError) as account:
            await shop.slate(key=PAGE, user_id="victim")
        assert account.value.code() is grpc.StatusCode.PERMISSION_DENIED
        assert account.value.details().startswith("user_id: ")
        with pytest.raises(grpc.aio.AioRpcError) as scope:
            await shop.slate(key=NARROW)
        assert scope.value.code() is grpc.StatusCode.PERMISSION_DENIED
        assert await shop.send(event("e", "boots"), key=NARROW) == ["CREATED"]


async def test_with_the_backends_word_a_page_may_name_the_account(storage: Storage) -> None:
    async with running_shop(storage) as shop:
        slate = await shop.slate(user_id="anna")
        token, shown = slate.attribution_token, slate.results[0].item_id
        mine = event("e1", shown, user_id="anna", attribution_token=token)
        phone = event("e2", shown, visitor="phone", user_id="anna", attribution_token=token)
        assert await shop.send(mine, phone) == ["CREATED"] * 2


async def test_placements_that_a_page_makes_up_hide_no_metrics_of_the_shop(
    storage: Storage,
) -> None:
    unlimited = {"page_visitor_events_per_minute_max": 0, "visitor_events_per_minute_max": 0}
    async with running_shop(storage, attribution_window_minutes=0.001, **unlimited) as shop:
        seen = []
        for n in range(220):
            placement = f"made up {n}" if n < 200 else "basket"
            key = PAGE if n < 200 else BACKEND
            token = (await shop.slate(key=key, placement=placement)).attribution_token
            seen.append(event(f"i{n}", event_type="impression", attribution_token=token))
        assert set(await shop.send(*seen)) == {"CREATED"}
        clicks = count()

        async def are_counted() -> bool:
            """Send an event, whose time closes the windows."""
            await shop.send(event(f"c{next(clicks)}", "boots", visitor="bob"), key=BACKEND)
            return counted(shop.replica) == {"all": 220, "basket": 20, "other": 200}

        await eventually(are_counted)


def counted(replica: Replica) -> dict[str, int]:
    figures = (m for m in replica.metrics() if (m.name, m.window) == ("act_rate", "total"))
    return {m.placement: m.count for m in figures}

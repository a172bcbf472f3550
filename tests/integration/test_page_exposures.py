"""A page's key is public: how many made-up visitors it brings into a running experiment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from pydantic import SecretStr

from headwater import AsyncClient, Item
from headwater.v1 import event_pb2, feedback_service_pb2, feedback_service_pb2_grpc
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.replay.replay import Replay, asked_again
from headwater_server.evaluation.replay.shown import shown_in
from headwater_server.observability.families import families
from headwater_server.observability.meters import Meters
from headwater_server.replica.ports.position import START
from headwater_server.replica.replica import Replica
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.experiment_shop import WARM, experiment
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S

BACKEND, PAGE = "key-of-the-backend", "key-of-the-page-01"
SETTINGS = ApiSettings(
    keys=SecretStr(BACKEND),
    page_keys=SecretStr(f"{PAGE};scopes=feedback+recommend"),
    trust_forwarded_for=True,  # so that a test has visitors at many addresses
    stop_grace_s=0,
)
NO_OTHER_LIMIT = EngineSettings(page_source_events_per_minute_max=0)
FLOOD, HOME = "203.0.113.7", "198.51.100.7"
BUDGET, MADE_UP, AT_ONCE = 20, 1_000, 40


@dataclass
class Shop:
    """A shop with a running experiment; visitors ask, report and click with either key."""

    replica: Replica
    client: AsyncClient
    channel: grpc.aio.Channel

    async def visits(
        self, names: Iterable[str], address: str, asks: str = PAGE, reports: str = PAGE
    ) -> list[str]:
        """Let each visitor see a list and click on its first item; return all statuses."""
        free = asyncio.Semaphore(AT_ONCE)

        async def one(name: str) -> list[str]:
            async with free:
                slate = await self.asks(name, address, asks)
                return await self.reports(name, slate, address, reports)

        statuses = await asyncio.gather(*(one(name) for name in names))
        return [status for several in statuses for status in several]

    async def asks(self, name: str, address: str, key: str = PAGE) -> Any:
        question = pb.RecommendRequest(visitor_id=name, placement="home", page_size=3)
        return await pb_grpc.RecommendationServiceStub(self.channel).Recommend(
            question, metadata=sender(key, address), timeout=PATIENCE_S
        )

    async def reports(self, name: str, slate: Any, address: str, key: str = PAGE) -> list[str]:
        token = {"visitor_id": name, "attribution_token": slate.attribution_token}
        item = event_pb2.EventItem(item_id=slate.results[0].item_id)
        seen = event_pb2.Event(
            event_id=f"seen {slate.recommendation_id}", event_type="impression", **token
        )
        click = event_pb2.Event(
            event_id=f"click {slate.recommendation_id}", event_type="click", items=[item], **token
        )
        request = feedback_service_pb2.FeedbackRequest(events=[seen, click])
        answer = await feedback_service_pb2_grpc.FeedbackServiceStub(self.channel).Feedback(
            request, metadata=sender(key, address), timeout=PATIENCE_S
        )
        return [event_pb2.EventStatus.Name(one.status)[13:] for one in answer.results]

    async def counted(self) -> tuple[int, float]:
        """Return how many visitors the experiment has, and how many of them acted."""
        report = await self.client.get_experiment_report("warmer")
        rates = [
            next(one.mean or 0.0 for one in arm.metrics if one.metric == "act_rate")
            for arm in report.arms
        ]
        visitors = [arm.visitors for arm in report.arms]
        return sum(visitors), sum(n * rate for n, rate in zip(visitors, rates, strict=True))

    async def refused(self) -> int:
        return (await self.replica.model(compute_digest=False)).counts["page_exposures_refused"]


def sender(key: str, address: str) -> list[tuple[str, str]]:
    return [("authorization", f"Bearer {key}"), ("x-forwarded-for", address)]


@asynccontextmanager
async def running_shop(storage: Storage, budget: int = BUDGET) -> AsyncIterator[Shop]:
    async with (
        running_replica(
            storage,
            engine_type=Engine,
            engine_settings=NO_OTHER_LIMIT,
            page_source_exposures_per_minute_max=budget,
        ) as replica,
        serving(replica, SETTINGS) as address,
        AsyncClient(address, key=BACKEND) as client,
        grpc.aio.insecure_channel(address) as channel,
    ):
        await client.upsert_items([Item(f"item {n}", categories=["all"]) for n in range(20)])
        await client.upsert_policy(WARM)
        await client.create_experiment(experiment())
        yield Shop(replica, client, channel)


async def test_a_flood_of_made_up_visitors_fills_the_budget_and_no_more(storage: Storage) -> None:
    honest = [f"honest {n}" for n in range(10)]
    with structlog.testing.capture_logs() as lines:
        async with running_shop(storage) as shop:
            await shop.visits(honest[:5], HOME)
            began_s = time.monotonic()
            statuses = await shop.visits((f"made up {n}" for n in range(MADE_UP)), FLOOD)
            minutes = (time.monotonic() - began_s) / 60
            await shop.visits(honest[5:], HOME)
            visitors, acted = await shop.counted()
            assert set(statuses) == {"CREATED"}
            assert len(statuses) == 2 * MADE_UP
            entered = visitors - len(honest)
            assert BUDGET <= entered <= BUDGET * (1 + minutes) + 1
            assert acted == visitors, "clicks of those who did not enter count for nothing"
            assert await shop.refused() == MADE_UP - entered
            again = await shop.visits(honest, HOME)
            assert again == ["CREATED"] * 20
            assert await shop.counted() == (visitors, acted)
            measured = families(await shop.replica.measurements(), Meters())
            metric = next(one for one in measured if "page_exposures_refused" in one.name)
            assert metric.samples[0].value == MADE_UP - entered
            assert "page_source_exposures_per_minute_max" in metric.documentation
            digest = (await shop.replica.model(compute_digest=True)).digest
    assert digest == await folded_digest(storage, Engine)
    said = [one for one in lines if one["event"].startswith("page_source_exposures_per_minute")]
    assert len(said) == 1
    assert not any(secret in repr(said) for secret in (FLOOD, PAGE, "made up"))
    await all_are_asked_again(storage, MADE_UP + len(honest) * 2)


async def all_are_asked_again(storage: Storage, lists: int) -> None:
    """Ask each list on the log again: those without arms, too, are the same byte for byte."""
    entries = [logged.entry async for logged in storage.log.iterate(START)]
    reported = [one for entry in entries for one in shown_in(entry.operations)]
    assert len(reported) == lists
    shown = [one for one in reported if one.is_replayable]
    assert len(shown) >= 0.9 * lists, "few are from a state in the middle of an operation"
    found = [one async for one in asked_again(Replay(storage.log, Engine(), START), shown)]
    assert len(found) == len(shown)
    assert all(one.is_same for one in found)
    without = [one for one in found if not one.shown.slate.arms]
    assert len(without) > MADE_UP // 2
    assert all(one.answer.arms for one in without), "the state still says in which arm it was"


async def test_what_a_backend_confirms_is_not_limited(storage: Storage) -> None:
    """Lists that it asked for, reported with either key, and what it reports itself."""
    async with running_shop(storage, budget=3) as shop:
        for asks, reports in ((BACKEND, PAGE), (BACKEND, BACKEND), (PAGE, BACKEND)):
            names = [f"{asks} {reports} {n}" for n in range(30)]
            assert set(await shop.visits(names, FLOOD, asks, reports)) == {"CREATED"}
        assert await shop.counted() == (90, 90)
        assert await shop.refused() == 0


async def test_one_visitor_who_sees_many_lists_takes_one_place(storage: Storage) -> None:
    """Also at once, before the first report is learned; a report that is sent again, too."""
    async with running_shop(storage, budget=1) as shop:
        slates = [await shop.asks("ann", HOME) for _ in range(10)]
        first = await asyncio.gather(*(shop.reports("ann", slate, HOME) for slate in slates))
        again = await asyncio.gather(*(shop.reports("ann", slate, HOME) for slate in slates))
        assert first == [["CREATED"] * 2] * 10
        assert again == [["EXISTS"] * 2] * 10
        assert await shop.counted() == (1, 1)
        assert await shop.refused() == 0


async def test_0_limits_nothing(storage: Storage) -> None:
    async with running_shop(storage, budget=0) as shop:
        await shop.visits((f"v{n}" for n in range(100)), FLOOD)
        assert await shop.counted() == (100, 100)

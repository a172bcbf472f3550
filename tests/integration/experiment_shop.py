"""A shop with a policy and an experiment, on a real server and store, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from headwater import (
    AsyncClient,
    Event,
    EventItem,
    Experiment,
    ExperimentArm,
    GuardRail,
    Item,
    Policy,
    PrimaryMetric,
)
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica

WARM = Policy("warm", {"exploration_temperature": 0.4})
ARMS = (ExperimentArm("control"), ExperimentArm("warm", "warm"))


def experiment(name: str = "warmer", **fields: object) -> Experiment:
    given = {
        "arms": ARMS,
        "primary": PrimaryMetric("act_rate", window_minutes=60.0),
        "guard_rails": (GuardRail("reward", -0.2),),
        "placements": ("home",),
        "visitors_planned": 1_000,
    }
    return Experiment(name, **(given | fields))  # type: ignore[arg-type]


@asynccontextmanager
async def shop(storage: Storage) -> AsyncIterator[AsyncClient]:
    """Serve a real replica; yield a client of it, with twenty items in the catalogue."""
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items([Item(f"item {n}", categories=["all"]) for n in range(20)])
        yield client


@asynccontextmanager
async def running(storage: Storage) -> AsyncIterator[AsyncClient]:
    """Do the same, with the policy and the experiment that compares it."""
    async with shop(storage) as client:
        await client.upsert_policy(WARM)
        await client.create_experiment(experiment())
        yield client


async def visit(client: AsyncClient, visitor: str, *, acts: bool, placement: str = "home") -> str:
    """Show a list, report it and perhaps an act; return the offset."""
    slate = await client.recommend(visitor, placement=placement, page_size=3)
    shown = [EventItem(item_id) for item_id in slate.item_ids]
    token = {"attribution_token": slate.attribution_token, "placement": placement}
    events = [Event("impression", visitor, items=shown, **token)]
    if acts:
        events.append(Event("click", visitor, items=shown[:1], **token))
    return (await client.feedback(events)).offset

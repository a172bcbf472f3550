"""The audit log of a real server: who replayed or dropped events, who began a hold-out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from headwater import (
    AsyncClient,
    AuditKind,
    Event,
    Experiment,
    ExperimentArm,
    Item,
    PrimaryMetric,
)
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica


@asynccontextmanager
async def shop(storage: Storage) -> AsyncIterator[AsyncClient]:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        yield client


async def test_the_audit_log_shows_replays_drops_and_experiments(storage: Storage) -> None:
    async with shop(storage) as client:
        await client.upsert_items([Item("item 1")])
        before = (await client.get_model(compute_digest=True)).digest
        bad = [Event("click", f"p{n}", ["item 1"], value=float("nan")) for n in range(3)]
        await client.feedback(bad)
        kept = [one.quarantine_id async for one in client.list_quarantined_events()]
        await client.replay_quarantined_events(kept[:2])
        assert await client.drop_quarantined_events(kept) == 3
        assert await client.drop_quarantined_events(kept) == 0
        assert (await client.get_model(compute_digest=True)).digest == before
        await client.create_experiment(
            Experiment(
                "hold-out",
                arms=(ExperimentArm("a"), ExperimentArm("b")),
                primary=PrimaryMetric("act_rate"),
            )
        )
        entries = [one async for one in client.list_audit_entries()]
        named = [(one.kind, one.action, one.subject, one.count) for one in entries]
        assert named[:4] == [
            (AuditKind.EXPERIMENT, "written", "hold-out", 1),
            (AuditKind.QUARANTINE, "dropped", "quarantined events", 3),
            (AuditKind.QUARANTINE, "replayed", "quarantined events, 0 of them learned", 2),
            (AuditKind.QUARANTINE, "replaying", "quarantined events", 2),
        ]
        assert all(one.who for one in entries[:4])
        assert not any(f"p{n}" in repr(entries) for n in range(3))
        only = [one async for one in client.list_audit_entries([AuditKind.QUARANTINE])]
        assert only == entries[1:4]
    async with shop(storage) as client:
        again = [one async for one in client.list_audit_entries([AuditKind.QUARANTINE])]
        assert again == only

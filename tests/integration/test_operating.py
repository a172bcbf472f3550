"""Answers to operators: of a real replica on a real store, and without that store."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

import headwater
from headwater_server.api.access.access import SCOPES
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.observability.meters import Meters
from headwater_server.replica.operators.timeline import Span
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import FOLLOWER, ReplicaReport
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import free_port, serving
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.dict_replica import DictReplica
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

DEAD = ReplicaReport("gone-9-z", "gone", 9, FOLLOWER, Position("5-1", 1), 3, "0.23.0", "a gap")
SPAN = Span.HOUR
RECOMMEND = "headwater.v1.RecommendationService/Recommend"


async def test_a_replica_reports_how_it_serves_and_is_remembered_when_it_dies(
    storage: Storage,
) -> None:
    meters = Meters()
    async with running_replica(storage, meters=meters, metrics_sample_s=0.05) as replica:
        await storage.replicas.report(DEAD)
        offset = (await replica.feedback(clicks(1, 2), PATIENCE_S)).offset
        own = await replica.operators.serving()
        meters.of(RECOMMEND).under_way += 1
        meters.of(RECOMMEND).ended("OK", 0.004)

        async def reported() -> bool:
            reports = {
                one.report.replica_id: one for one in (await replica.operators.replicas()).reports
            }
            one = reports[own.replica_id].report
            return one.position.offset == offset and bool(one.serving and one.serving.calls)

        await eventually(reported)
        answer = await replica.operators.replicas()
    mine, gone = sorted(answer.reports, key=lambda one: one.report.replica_id == DEAD.replica_id)
    assert answer.head.offset == offset
    assert (mine.head, mine.report.position) == (answer.head, answer.head)
    assert mine.report.serving.start_time_ms == own.start_time_ms
    assert mine.report.serving.memory_bytes > 1_000_000
    assert mine.report.serving.calls[0].latency_p50_ms == pytest.approx(4.0)
    assert (gone.report.broken, gone.report.serving) == ("a gap", None)
    assert [one.report.replica_id for one in await storage.replicas.reports()] == [DEAD.replica_id]


async def test_a_lag_is_that_of_the_time_of_the_report(storage: Storage) -> None:
    """What comes on the log between two reports is no lag."""
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        head = await storage.log.head()
        await storage.replicas.report(replace(DEAD, position=Position("5-1", 1)))
        await replica.feedback(clicks(2), PATIENCE_S)
        reports = {one.report.replica_id: one for one in await storage.replicas.reports()}
    assert reports[DEAD.replica_id].head == head


async def test_a_build_that_knows_less_can_read_what_this_one_reports(storage: Storage) -> None:
    """How a replica serves stands elsewhere: the fields of a standing are those of before."""
    async with running_replica(storage):
        (said,) = (
            await storage.store.call("HGETALL", Keys(storage.settings.catalogue).replicas)
        ).values()
    fields = {
        "replica_id",
        "host",
        "pid",
        "role",
        "position",
        "state_version",
        "river_version",
        "broken",
        "time_ms",
    }
    assert set(json.loads(said.decode().partition(" ")[2])) == fields


async def test_the_quarantine_is_read_newest_first_page_by_page(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        bad = [(replace(event, visitor_id=""), "") for event, _ in clicks(*range(7))]
        odd = [(replace(event, event_type="nonsense"), "") for event, _ in clicks(7, 8)]
        await replica.feedback(bad + odd, PATIENCE_S)
        first = await replica.operators.quarantined(5, "", "")
        second = await replica.operators.quarantined(50, first.events[-1].kept_id, "")
        nonsense = await replica.operators.quarantined(1, "", "event_type")
    found = [one.event_id for one in [*first.events, *second.events]]
    assert found == [f"e{number}" for number in reversed(range(9))]
    assert (first.kept, first.total) == (9, 9)
    assert [one.event.event_type for one in nonsense.events] == ["nonsense"]


async def test_storage_reports_log_snapshots_and_store(storage: Storage) -> None:
    options = {"snapshot_entries": 1, "snapshot_on_stop": False, "engine_type": Engine}
    async with running_replica(storage, **options) as replica:
        await replica.feedback(clicks(1), 60)
        await eventually(lambda: replica.shell.snapshotter.taken > 0)
        await replica.feedback(clicks(2), 60)
        holdings, total = await replica.operators.storage()
        head = await storage.log.head()
    assert (holdings.log.last, holdings.log.entries, total) == (head, head.sequence, head.sequence)
    assert holdings.log.first.sequence == 1
    assert holdings.log.memory_bytes > 0
    newest = holdings.snapshots[0]
    assert newest.position.sequence <= total
    assert 0 < newest.stored_bytes < newest.plain_bytes
    assert newest.create_time_ms > 1_700_000_000_000
    assert holdings.store.version.split()[0] in BACKENDS
    assert holdings.store.memory_bytes > 100_000
    assert holdings.store.append_fsync == "everysec"
    assert holdings.store.start_time_ms > 1_700_000_000_000
    assert holdings.archive.directory == ""


async def test_nothing_that_operators_ask_changes_the_state(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await replica.feedback(clicks(1, 2, 3), 60)
        before = (await replica.model(compute_digest=True)).digest
        async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
            await ask_each(shop)
        assert (await replica.model(compute_digest=True)).digest == before


async def ask_each(shop: headwater.AsyncClient) -> None:
    """Ask each question once, through the API."""
    items = [one async for one in shop.list_item_statistics()]
    assert [(one.item_id, one.touches, one.item, one.shown) for one in items] == [
        ("tent", 3, None, True)
    ]
    serving = await shop.get_serving()
    assert (serving.reads_served, serving.writes_served, serving.detail) == (True, True, "")
    assert [one.alive for one in await shop.list_replicas()] == [True]
    assert [one async for one in shop.list_quarantined_events()] == []
    assert (await shop.get_storage()).log_entries >= 1
    assert (await shop.list_settings_changes()).changes == ()
    for span in headwater.MetricSpan:
        await shop.list_metric_samples(span=span)


@pytest.mark.parametrize(
    ("key", "scopes"),
    [
        ("a-key-of-the-backend", tuple(sorted(SCOPES))),
        ("a-key-of-an-operator", ("read",)),
        ("a-key-of-an-analyst", ("experiments", "read")),
    ],
)
async def test_a_caller_is_answered_what_its_key_may_do(
    storage: Storage, key: str, scopes: tuple[str, ...]
) -> None:
    keys = (
        "a-key-of-the-backend,a-key-of-an-operator;scopes=read,"
        "a-key-of-an-analyst;scopes=read+experiments"
    )
    api = ApiSettings(keys=SecretStr(keys), stop_grace_s=0)
    async with (
        running_replica(storage) as replica,
        serving(replica, api) as listen,
        headwater.AsyncClient(listen, key=key) as shop,
    ):
        assert (await shop.get_serving()).scopes == scopes


@pytest.mark.parametrize("backend", BACKENDS)
async def test_without_a_store_what_needs_it_is_unavailable_and_the_rest_goes_on(
    backend: str, tmp_path: Path
) -> None:
    settings = StorageSettings(store_timeout_ms=1_000)
    listen, meters = f"127.0.0.1:{free_port()}", Meters()
    async with (
        running_server(backend, tmp_path) as process,
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
        running_replica(storage, meters=meters, snapshot_on_stop=False) as replica,
        headwater.AsyncClient(listen) as shop,
    ):
        server = Server(replica, ApiSettings(listen=listen, stop_grace_s=0), meters)
        await server.start()
        await replica.feedback(clicks(1), PATIENCE_S)
        await process.end()

        async def noticed() -> bool:
            return not (await shop.get_serving()).writes_served

        await eventually(noticed)
        questions = (
            shop.list_replicas,
            shop.get_storage,
            lambda **given: anext(shop.list_quarantined_events(**given)),
        )
        for question in questions:
            with pytest.raises(headwater.UnavailableError):
                await question(timeout_s=PATIENCE_S)
        own = await shop.get_serving()
        assert (own.reads_served, own.writes_served) == (True, False)
        assert own.detail.startswith("the store does not answer")
        counted = {one.call.rpartition("/")[2]: one for one in own.calls}
        assert counted["ListReplicas"].counts["UNAVAILABLE"] >= 1
        assert counted["GetServing"].latency_p99_ms > 0
        assert counted["GetServing"].under_way == 1
        assert (await shop.list_metric_samples()).sample_times
        assert [one.item_id async for one in shop.list_item_statistics()] == ["tent"]
        await server.stop()


async def test_samples_come_by_the_interval_and_after_a_time(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine, metrics_sample_s=0.05) as replica:
        await replica.feedback(clicks(*range(30)), 60)
        ask = replica.operators.samples

        def sampled() -> bool:
            found = ask(SPAN, None, ("events_per_second",)).samples
            return len(found.times_ms) > 3 and bool(found.series)

        await eventually(sampled)
        whole = ask(SPAN, None, ("events_per_second", "memory_bytes"))
        later = ask(SPAN, int(whole.samples.times_ms[1]), ())
    assert {key.name for key in whole.samples.series} == {"events_per_second", "memory_bytes"}
    assert {len(values) for values in whole.samples.series.values()} == {
        len(whole.samples.times_ms)
    }
    assert later.samples.times_ms[0] == whole.samples.times_ms[2]


def ask_all(listen: str) -> None:
    """Every field of every answer, as the threads' client reads it."""
    with headwater.Client(listen) as shop:
        live, dead = shop.list_replicas()
        assert (live.replica_id, live.alive, live.lag_entries, live.lag_ms) == (
            "h-1-a",
            True,
            2,
            250,
        )
        assert live.versions == {"headwater": "1.2.3", "river": "0.24", "state": "3"}
        assert (live.memory_bytes, live.calls[0].counts) == (2**40, {"OK": 2**33, "INTERNAL": 1})
        assert (dead.alive, dead.fault, dead.start_time, dead.calls) == (False, "a fault", None, ())
        own = shop.get_serving()
        assert (own.uptime_ms, own.detail, own.operations_waiting) == (2**40, "why not", 5)
        assert (own.calls[0].latency_p90_ms, own.calls[0].failures_per_second) == (2.0, 0.5)
        samples = shop.list_metric_samples(names=["reward"])
        reward, calls = sorted(samples.series, key=lambda one: one.call)
        assert (reward.values[0], reward.values[1] != reward.values[1]) == (0.5, True)
        assert (calls.name, calls.values) == ("calls_per_second", (1.0, 2.0))
        assert (samples.interval_seconds, samples.drift_alarms[0].worse) == (10.0, True)
        first, second = shop.list_quarantined_events()
        assert (first.event.items[0].price, first.event.position) == (9.5, 2**31 - 1)
        assert first.event.context["device"] == "phone"
        assert (second.event_id, second.event) == ("e0", None)
        kept = shop.get_storage()
        assert (kept.log_entries, kept.log_entries_ever, kept.snapshots[0].entries_since) == (
            2,
            9,
            2,
        )
        assert (kept.archive_last_entry, kept.store_append_fsync) == (6, "everysec")
        item = next(shop.list_item_statistics(item_ids=["tent"]))
        assert (item.item.title, item.touches, item.trend_week) == ("A tent", 2**40, 1.5)
        assert (item.impressions, item.acts, item.reward) == (5, 6, 7.5)


async def test_the_threads_client_reads_every_field() -> None:
    async with serving(DictReplica()) as listen:
        await asyncio.to_thread(ask_all, listen)

"""headwater.Client and headwater.AsyncClient against a real server."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import grpc
import pytest

import headwater
from headwater_server import errors
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

EXAMPLE = Path(__file__).parents[2] / "clients" / "python" / "examples" / "quickstart.py"


def the_whole_loop(listen: str) -> None:
    with headwater.Client(listen) as shop:
        written = shop.upsert_items([headwater.Item("boots", price=49.0)])
        assert [result.status.value for result in written.results] == ["applied"]
        assert shop.get_item("boots").price == 49.0
        learned = shop.feedback([headwater.Event("click", "v", items=["boots"])])
        assert [result.status.value for result in learned.results] == ["created"]
        slate = shop.recommend(visitor_id="v", min_offset=learned.offset, explain=True)
        assert slate.item_ids == ["boots"]
        assert slate.results[0].sources == ("popular",)
        assert slate.results[0].probability is None
        assert shop.get_model(compute_digest=True).digest == "d1"
        assert shop.get_metrics()[0].name == "hit_rate_at_20"
        assert shop.get_drift_alarms()[0].worse


async def test_the_sync_client_does_the_whole_loop() -> None:
    async with serving(DictReplica()) as listen:
        await asyncio.to_thread(the_whole_loop, listen)


async def test_the_asyncio_client_does_the_whole_loop() -> None:
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        await shop.upsert_items([headwater.Item("boots", price=49.0)])
        assert (await shop.get_item("boots")).price == 49.0
        learned = await shop.feedback([headwater.Event("click", "v", items=["boots"])])
        slate = await shop.recommend("v", min_offset=learned.offset)
        assert slate.item_ids == ["boots"]
        assert (await shop.get_model()).counts == {"items": 1}
        assert len(await shop.get_metrics()) == 1
        [alarm] = await shop.get_drift_alarms()
        assert (alarm.mean_before, alarm.mean_after) == (0.5, 0.75)
        assert alarm.detect_time.isoformat() == "2023-11-14T22:13:20.123000+00:00"


@pytest.mark.parametrize("fault", [errors.StoreUnavailable(), errors.Overloaded(10)])
async def test_feedback_is_repeated_with_the_same_ids_and_learned_once(fault) -> None:
    replica = DictReplica()
    replica.faults = [fault, fault]
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        answer = await shop.feedback([headwater.Event("click", "v", items=["boots"])])
    assert answer.results[0].status is headwater.EventStatus.CREATED
    assert len(replica.received) == 3
    assert len({event.event_id for event, _ in replica.received}) == 1
    assert replica.interactions["boots"] == 1


async def test_a_retried_question_keeps_its_recommendation_id() -> None:
    replica = DictReplica()
    replica.faults = [errors.Overloaded(10)]
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        slate = await shop.recommend("v")
    assert [asked.recommendation_id for asked in replica.asked] == [slate.recommendation_id] * 2


async def test_a_catalogue_write_is_not_repeated() -> None:
    replica = DictReplica()
    replica.faults = [errors.StoreUnavailable()]
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.UnavailableError, match="the store does not answer"):
            await shop.upsert_items([headwater.Item("a")])
    assert len(replica.times_s) == 1


async def test_errors_are_the_clients_own_and_name_the_field() -> None:
    replica = DictReplica()
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.InvalidRequestError) as invalid:
            await shop.recommend("")
        assert (invalid.value.field, invalid.value.code.name) == ("visitor_id", "INVALID_ARGUMENT")
        with pytest.raises(headwater.NotFoundError):
            await shop.get_item("nothing")
        with pytest.raises(headwater.InvalidRequestError, match="character 8"):
            await shop.recommend("v", filter="price <")
        with pytest.raises(headwater.DeadlineExceededError):
            await shop.recommend("v", min_offset="99")
        replica.faults = [RuntimeError("secret")]
        with pytest.raises(headwater.HeadwaterError) as internal:
            await shop.recommend("v")
        assert internal.value.code is grpc.StatusCode.INTERNAL
        replica.faults = [errors.Overloaded(70) for _ in range(9)]
        with pytest.raises(headwater.OverloadedError) as overloaded:
            await shop.recommend("v")
        assert overloaded.value.retry_after_s == 0.07


async def test_a_call_ends_at_its_deadline() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.DeadlineExceededError):
            await shop.feedback([headwater.Event("click", "v")], timeout_s=0.1)


async def test_a_server_that_is_not_there_is_unavailable_and_found_again_when_it_starts() -> None:
    listen = f"127.0.0.1:{free_port()}"
    async with headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.UnavailableError):
            await shop.recommend("v")
        server = Server(DictReplica(), ApiSettings(listen=listen, stop_grace_s=0))
        await server.start()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    assert (await shop.recommend("v")).policy == "popular"
                    break
                except headwater.UnavailableError:
                    await asyncio.sleep(0.01)
        await server.stop()


async def test_the_example_runs(capsys) -> None:
    spec = importlib.util.spec_from_file_location("quickstart", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    async with serving(DictReplica()) as listen:
        await asyncio.to_thread(example.main, listen)
    said = capsys.readouterr().out.splitlines()
    assert said[1] == "learned: created, created, created"
    assert said[2] == "after:  rain-boot, snow-boot"


async def test_replicas_are_compared_through_the_client() -> None:
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        model = await shop.get_model(compare_replicas=True)
        assert [state.digest for state in model.replicas] == [model.digest]
        assert (await shop.get_model()).replicas == ()

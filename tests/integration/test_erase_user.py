"""EraseUser through a real server: what is gone at once, and that it is no error to do it twice."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, Event, EventStatus, NotFoundError, User
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import UserErase
from headwater_server.engine.messages.events import Event as LoggedEvent
from headwater_server.replica.ports.position import START
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, serving
from tests.integration.replicas import folded_digest, running_replica

ERASED = "event_id: was erased with its person, and is not learned again"


def view(visitor: str, user: str = "", item: str = "tent", **fields: object) -> Event:
    return Event("view", visitor, items=[item], user_id=user, **fields)


async def test_an_account_its_visitors_and_their_quarantined_events_are_forgotten(
    storage: Storage,
) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        events = [view("phone"), view("phone", "bob"), view("laptop", "bob"), view("other", "eve")]
        poison = [view("phone", value=float("nan")), view("other", "eve", value=float("nan"))]
        await client.upsert_users([User("bob", {"segment": "new"})])
        await client.feedback([*events, *poison])
        assert len((await client.get_user("bob")).visitor_ids) == 2
        erased = await client.erase_user("bob")
        for asked in ({"user_id": "bob"}, {"visitor_id": "phone"}, {"visitor_id": "laptop"}):
            with pytest.raises(NotFoundError):
                await client.get_user(**asked)
        assert len((await client.get_user("eve")).history) == 1
        kept = [one.visitor_id async for one in storage.quarantine.kept()]
        assert kept == ["other"]
        assert await client.erase_user("bob")  # no error
        answer = await client.feedback(events)  # sent again, as a buffer does: nothing comes back
        assert {result.status for result in answer.results} == {EventStatus.EXISTS}
        assert [result.detail for result in answer.results] == [*[ERASED] * 3, "learned before"]
        for asked in ({"user_id": "bob"}, {"visitor_id": "phone"}, {"visitor_id": "laptop"}):
            with pytest.raises(NotFoundError):
                await client.get_user(**asked)
        logged = [e async for e in storage.log.iterate(after=START, until=erased.offset)]
        named = logged[-1].entry.operations[0]
        assert isinstance(named, UserErase)
        assert (named.user_id, sorted(named.visitor_ids)) == ("bob", ["laptop", "phone"])
        digest = (await client.get_model(compute_digest=True)).digest
    assert await folded_digest(storage, Engine) == digest


async def test_of_a_visitor_only_the_anonymous_part_goes(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.feedback([view("phone"), view("phone", "bob", "boots")])
        assert (await client.get_user("bob")).visitor_ids == ("phone",)
        await client.erase_user(visitor_id="phone")
        with pytest.raises(NotFoundError):
            await client.get_user(visitor_id="phone")
        bob = await client.get_user("bob")
        assert bob.visitor_ids == ()
        assert [one.item_id for one in bob.history] == ["boots"]


async def test_a_stranger_is_forgotten_without_a_trace(storage: Storage) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.feedback([view("phone")])
        before = (await client.get_model(compute_digest=True)).digest
        await client.erase_user("nobody")
        await client.erase_user(visitor_id="nobody")
        assert (await client.get_model(compute_digest=True)).digest == before


async def sources(storage: Storage) -> dict[str, str]:
    """Return where each event came from first; a repeat is on the log as well."""
    found: dict[str, str] = {}
    async for entry in storage.log.iterate(after=START):
        for operation in entry.entry.operations:
            if isinstance(operation, LoggedEvent):
                found.setdefault(operation.event_id, operation.source)
    return found


async def test_callers_differ_on_the_log_and_not_named(storage: Storage) -> None:
    keys = {"a": "a-key-of-the-shop", "b": "b-key-of-the-shop"}
    known = SecretStr(",".join(keys.values()))
    settings = ApiSettings(keys=known, stop_grace_s=0, trust_forwarded_for=True)

    def request(name: str) -> pb.FeedbackRequest:
        item = event_pb2.EventItem(item_id="tent")
        event = event_pb2.Event(event_id=name, event_type="view", visitor_id="v", items=[item])
        return pb.FeedbackRequest(events=[event])

    async with running_replica(storage) as replica, channel_to(replica, settings) as channel:
        stub = pb_grpc.FeedbackServiceStub(channel)

        async def send(name: str, key: str, hops: str) -> int:
            metadata = [("authorization", f"Bearer {keys[key]}"), ("x-forwarded-for", hops)]
            answer = await stub.Feedback(request(name), metadata=metadata)
            return answer.results[0].status

        for name, key, hops in (
            ("e1", "a", "9.9.9.9, 10.0.0.1"),
            ("e2", "a", "10.0.0.1"),
            ("e3", "b", "10.0.0.1"),
            ("e4", "a", "10.0.0.2"),
        ):
            assert await send(name, key, hops) == event_pb2.EVENT_STATUS_CREATED
        # who sends it is no part of what an event is
        assert await send("e1", "b", "10.0.0.2") == event_pb2.EVENT_STATUS_EXISTS
    found = await sources(storage)
    assert found["e1"] == found["e2"]
    assert len({found["e2"], found["e3"], found["e4"]}) == 3
    assert all(len(source) == 16 for source in found.values())

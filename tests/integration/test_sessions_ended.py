"""A person who signed out is out at every server: also after a restart, and with any copy."""

from __future__ import annotations

import time

import grpc
import pytest
from pydantic import SecretStr

from headwater import AsyncClient, UnauthenticatedError, operation_calls
from headwater.errors import HeadwaterError
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.access.sessions import Session, signed
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica
from tests.integration.waiting import eventually

KEY = "a-whole-key-of-the-backend"
KEYS = ApiSettings(keys=SecretStr(KEY), stop_grace_s=0)


def session(sid: str, role: str = "read") -> str:
    now_s = int(time.time())
    return signed(Session("anna (7)", "7", role, now_s + 3_000, sid, now_s + 9_000), KEY)


async def is_in(listen: str, key: str) -> bool:
    async with AsyncClient(listen, key=key) as client:
        try:
            await client.get_serving()
        except UnauthenticatedError:
            return False
        return True


async def sign_out(listen: str, key: str) -> None:
    async with AsyncClient(listen, key=key) as client:
        await client._make(operation_calls.end_session(), 10.0)


async def test_a_session_ends_on_all_servers_and_stays_ended(storage: Storage) -> None:
    mine, other = session("s1"), session("s2")
    async with (
        running_replica(storage, engine_type=Engine) as one,
        running_replica(storage, engine_type=Engine) as two,
        serving(one, KEYS) as first,
        serving(two, KEYS) as second,
    ):
        assert await is_in(first, mine)
        assert await is_in(second, mine)
        digest = one.engine.digest()
        await sign_out(first, mine)
        assert not await is_in(first, mine)

        async def is_out() -> bool:
            return not await is_in(second, mine)

        await eventually(is_out)
        assert await is_in(second, other)  # the same person, signed in at another computer
        assert await is_in(first, KEY)
        assert one.engine.digest() == digest  # it teaches nothing
        async with AsyncClient(first, key=KEY) as client:
            entries = [one async for one in client.list_audit_entries()]
    assert [(e.action, e.who) for e in entries if e.kind.name == "SESSION"] == [
        ("signed out", "anna (7)")
    ]
    async with running_replica(storage, engine_type=Engine) as again, serving(again, KEYS) as third:
        assert not await is_in(third, mine)
        assert await is_in(third, other)


async def test_a_key_is_no_session(storage: Storage) -> None:
    async with running_replica(storage) as replica, serving(replica, KEYS) as listen:
        with pytest.raises(HeadwaterError, match="a key is not ended"):
            await sign_out(listen, KEY)
        assert await is_in(listen, KEY)


def batch(name: str) -> pb.StreamFeedbackRequest:
    items = [event_pb2.EventItem(item_id="tent")]
    event = event_pb2.Event(event_id=name, event_type="click", visitor_id="v", items=items)
    return pb.StreamFeedbackRequest(events=[event])


@pytest.mark.parametrize("ends", ["signs out", "time"])
async def test_a_stream_that_is_open_ends_with_the_session(
    storage: Storage, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as one,
        serving(one, KEYS) as listen,
        grpc.aio.insecure_channel(listen) as channel,
    ):
        mine = session("s1", "operate")
        streams = {
            key: pb_grpc.FeedbackServiceStub(channel).StreamFeedback(
                metadata=(("authorization", f"Bearer {key}"),)
            )
            for key in (mine, session("s2", "operate"), KEY)
        }
        for key, stream in streams.items():
            await stream.write(batch(f"{key[-5:]}1"))
            assert (await stream.read()).results
        if ends == "time":
            real = time.time
            monkeypatch.setattr(time, "time", lambda: real() + 3_001)
        else:
            await sign_out(listen, mine)
        for key, stream in streams.items():
            await stream.write(batch(f"{key[-5:]}2"))
            if key == mine or (ends == "time" and key != KEY):
                with pytest.raises(grpc.aio.AioRpcError, match="sign in again") as refused:
                    await stream.read()
                assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
            else:
                assert (await stream.read()).results
                stream.cancel()

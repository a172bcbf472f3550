"""A person who signed out is out at every server: also after a restart, and with any copy."""

from __future__ import annotations

import time

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, UnauthenticatedError, operation_calls
from headwater.errors import HeadwaterError
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

"""What a signed-in person's session opens at a server, and under which name."""

from __future__ import annotations

import time

import pytest
from pydantic import SecretStr

from headwater import AsyncClient, PermissionDeniedError, UnauthenticatedError
from headwater.policies import Policy
from headwater_server.api.access.sessions import Session, opened, signed
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica

KEY = "a-whole-key-of-the-backend"
KEYS = ApiSettings(keys=SecretStr(f"{KEY},a-key-that-only-looks;scopes=read"), stop_grace_s=0)


def session(role: str, seconds: float = 60, key: str = KEY) -> str:
    return signed(Session("anna (7)", "7", role, int(time.time() + seconds)), key)


async def test_the_server_allows_what_the_role_allows_and_notes_the_person(storage: Storage):
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=session("read")) as reader,
        AsyncClient(listen, key=session("edit")) as editor,
        AsyncClient(listen, key=session("operate")) as operator,
    ):
        assert (await reader.get_serving()).scopes == ("read",)
        bold = Policy("bold", {"exploration_temperature": 0.4})
        with pytest.raises(PermissionDeniedError, match="this session does not open"):
            await reader.upsert_policy(bold)
        await editor.upsert_policy(bold)
        with pytest.raises(PermissionDeniedError):
            await editor.erase_user("bob")
        with pytest.raises(PermissionDeniedError):
            await editor.drop_quarantined_events(["1-1"])
        await operator.erase_user("bob")
        assert await operator.drop_quarantined_events(["1-1"]) == 0
        (policy,) = [one async for one in reader.list_policies()]
    assert policy.who == "anna (7)"


@pytest.mark.parametrize(
    "token",
    [
        session("operate", seconds=-1),
        session("operate", key="a-key-that-only-looks"),
        session("operate", key="a-key-of-nobody-at-all"),
        session("read")[:-3] + "AAA",
        "hws1.e30.e30", "hws1.", "hws1.é",
    ],
    ids=["ended", "by a lesser key", "by no key", "changed", "short", "empty", "not ASCII"],
)  # fmt: skip
async def test_a_session_that_is_none_opens_nothing(storage: Storage, token):
    assert opened("hws1.", [b"k"]) is None
    async with (
        running_replica(storage) as replica,
        serving(replica, KEYS) as listen,
        AsyncClient(listen, key=token if token.isascii() else "hws1.e") as client,
    ):
        with pytest.raises(UnauthenticatedError):
            await client.get_serving()

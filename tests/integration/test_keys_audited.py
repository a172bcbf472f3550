"""Changes of keys are on the audit log of a real server: API keys at a start, and token keys."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr
from typer.testing import CliRunner

from headwater import AsyncClient, AuditKind
from headwater_server.api.access.key_texts import key_texts
from headwater_server.api.settings import ApiSettings
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica

FIRST, SECOND, PAGE = "a-whole-key-of-the-shop", "another-key-of-the-shop", "pk-of-the-page-00001"


async def audited(storage: Storage, keys: str, page_keys: str = "") -> list[tuple[str, str, str]]:
    """Start a server with these keys; return action, subject and new value, the latest first."""
    settings = ApiSettings(
        keys=SecretStr(keys),
        page_keys=SecretStr(page_keys) if page_keys else None,
        stop_grace_s=0,
    )
    async with (
        running_replica(storage, engine_type=Engine, keys=key_texts(settings.accesses)) as replica,
        serving(replica, settings) as listen,
        AsyncClient(listen, key=keys.partition(";")[0]) as client,
    ):
        entries = [one async for one in client.list_audit_entries([AuditKind.KEY])]
        everything = repr([one async for one in client.list_audit_entries()])
    assert not any(key in everything for key in (FIRST, SECOND, PAGE))
    assert all(one.who for one in entries)
    return [(one.action, one.subject, one.new_value) for one in entries]


async def test_a_start_with_other_keys_says_which(storage: Storage) -> None:
    first = await audited(storage, f"{FIRST};name=shop")
    assert [found[:2] for found in first] == [("added", "key shop of a backend")]
    assert await audited(storage, f"{FIRST};name=shop") == first  # the same keys: nothing new
    changed = await audited(
        storage, f"{FIRST};name=shop,{SECOND};name=anna;scopes=rules+read", f"{PAGE};name=page"
    )
    assert changed[2:] == first
    assert {found[1] for found in changed[:2]} == {"key anna of a backend", "key page of a page"}
    assert any('"scopes": ["read", "rules"]' in new for _, _, new in changed[:2])
    replaced = await audited(storage, f"{SECOND};name=shop")
    assert [found[:2] for found in replaced[:3]] == [
        ("removed", "key page of a page"),
        ("removed", "key shop of a backend"),
        ("changed", "key shop of a backend"),
    ]


async def test_two_servers_that_start_at_once_note_their_keys_once(storage: Storage) -> None:
    keys = key_texts(ApiSettings(keys=SecretStr(f"{FIRST};name=shop")).accesses)
    async with (
        running_replica(storage, engine_type=Engine, keys=keys) as one,
        running_replica(storage, engine_type=Engine, keys=keys) as two,
    ):
        for replica in (one, two):
            found = list(replica.engine.parts.audit.newest(["key"]))
            assert [entry.subject for entry in found] == ["key shop of a backend"]


async def test_a_rotation_of_token_keys_is_noted(
    storage: Storage, settings: StorageSettings
) -> None:
    place = ["--redis-url", str(storage.place.redis_url), "--catalogue", settings.catalogue]
    async with running_replica(storage, engine_type=Engine) as replica:
        for flags, action in (([], "rotated"), (["--revoke"], "revoked")):
            done = await asyncio.to_thread(
                CliRunner().invoke, commands, ["token-keys", "rotate", *flags, *place]
            )
            assert done.exit_code == 0, done.output
            await replica.reach((await storage.log.head()).offset, 20.0)
            newest = next(replica.engine.parts.audit.newest(["key"]))
            assert (newest.action, newest.who) == (action, "headwater token-keys")
            assert newest.subject.startswith("token keys: key ")

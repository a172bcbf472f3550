"""`headwater token-keys`: list and rotate the keys that sign attribution tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import explained
from headwater_server.cli.stores import check_one_existing, store_beside_a_server, store_explained
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.settings import Settings, load_settings

if TYPE_CHECKING:
    from headwater_server.replica.ports.log import Log
    from headwater_server.replica.ports.token_keys import RingKey


def list_token_keys(flags: dict[str, Any]) -> None:
    """List the keys: which one signs, and since when. Their values are never shown."""
    import asyncio

    with explained(), store_explained():
        settings = _settings(flags)
        _show(asyncio.run(_read(settings)))


def rotate_token_keys(
    flags: dict[str, Any],
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke",
            help="a key has leaked: delete all older keys at once; events with a token that one "
            "of them signed are rejected",
        ),
    ] = False,
) -> None:
    """Create a new key. It signs after 30 seconds, when every server knows it.

    An older key still verifies its tokens until the last of them has expired
    (attribution_token_minutes); the next rotation after that deletes it. No token is rejected,
    and no server needs a restart.
    """
    import asyncio

    with explained(), store_explained():
        settings = _settings(flags)
        _show(asyncio.run(_rotate(settings, revoke=revoke)))


def _settings(flags: dict[str, Any]) -> Settings:
    settings = load_settings(**flags)
    check_one_existing(None, settings)
    return settings


async def _read(settings: Settings) -> list[RingKey]:
    async with store_beside_a_server(settings) as storage:
        return await storage.token_key_ring.read()


async def _rotate(settings: Settings, *, revoke: bool) -> list[RingKey]:
    token_ms = int(60_000 * settings.replica.attribution_token_minutes)
    async with store_beside_a_server(settings) as storage:
        keys = await storage.token_key_ring.rotate(wall_clock_ms(), token_ms, revoke=revoke)
        await _note(storage.log, keys[-1].key.key_id, revoke=revoke)
        return keys


async def _note(log: Log, key_id: int, *, revoke: bool) -> None:
    """Put the change on the audit log; a log without a first entry has nothing to be signed."""
    from headwater_server.engine.messages.entries import KeyChange
    from headwater_server.replica.ports.position import START

    if await log.head() == START:
        return
    action = "revoked" if revoke else "rotated"
    change = KeyChange("headwater token-keys", (), action, f"token keys: key {key_id} is new")
    await log.append([log.encode([change])])


def _show(keys: Sequence[RingKey]) -> None:
    from rich.console import Console
    from rich.table import Table

    from headwater_server.replica.ports.token_keys import TokenKeys

    signing = TokenKeys(keys).signing(wall_clock_ms()).key_id
    table = Table(show_edge=False)
    for name in ("key", "signs from", ""):
        table.add_column(name)
    for ring_key in keys:
        since = datetime.fromtimestamp(ring_key.signs_from_ms / 1000, UTC)
        state = "signs" if ring_key.key.key_id == signing else "verifies"
        table.add_row(str(ring_key.key.key_id), f"{since:%Y-%m-%d %H:%M:%S} UTC", state)
    Console(highlight=False).print(table)

"""`headwater token-keys`: the keys that sign attribution tokens, shown and rotated."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headwater_server.cli.failures import explained
from headwater_server.cli.stores import check_one_kept, store_beside_a_server, store_explained
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.token_keys import RingKey, TokenKeys
from headwater_server.settings import Settings, load_settings


def list_token_keys(flags: dict[str, Any]) -> None:
    """Show the keys: which signs, and since when. What they are is never shown."""
    with explained(), store_explained():
        settings = _settings(flags)
        _show(asyncio.run(_read(settings)))


def rotate_token_keys(
    flags: dict[str, Any],
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke",
            help="a key was read by somebody: drop all others at once; events with a token that "
            "is out are refused",
        ),
    ] = False,
) -> None:
    """Make a new key. It signs in 30 seconds, when every server knows it; nothing is refused.

    Older keys open tokens until the last one that they signed has expired
    (attribution_token_minutes), and are dropped by the next rotation after that. No server needs
    to be restarted.
    """
    with explained(), store_explained():
        settings = _settings(flags)
        _show(asyncio.run(_rotate(settings, revoke=revoke)))


def _settings(flags: dict[str, Any]) -> Settings:
    settings = load_settings(**flags)
    check_one_kept(None, settings)
    return settings


async def _read(settings: Settings) -> list[RingKey]:
    async with store_beside_a_server(settings) as storage:
        return await storage.token_key_ring.read()


async def _rotate(settings: Settings, *, revoke: bool) -> list[RingKey]:
    token_ms = int(60_000 * settings.replica.attribution_token_minutes)
    async with store_beside_a_server(settings) as storage:
        return await storage.token_key_ring.rotate(wall_clock_ms(), token_ms, revoke=revoke)


def _show(keys: Sequence[RingKey]) -> None:
    signing = TokenKeys(keys).signing(wall_clock_ms()).key_id
    table = Table(show_edge=False)
    for name in ("key", "signs from", ""):
        table.add_column(name)
    for ring_key in keys:
        since = datetime.fromtimestamp(ring_key.signs_from_ms / 1000, UTC)
        state = "signs" if ring_key.key.key_id == signing else "opens"
        table.add_row(str(ring_key.key.key_id), f"{since:%Y-%m-%d %H:%M:%S} UTC", state)
    Console(highlight=False).print(table)

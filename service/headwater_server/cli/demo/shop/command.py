"""What `headwater demo --shop` checks and prepares before it opens the shop."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import typer

from headwater import HeadwaterError
from headwater_server.cli.demo.server_process import ServerFailedError
from headwater_server.cli.demo.shop.processes import Keys, import_past, is_installed
from headwater_server.cli.failures import FAILED, MISUSED, explained, fail
from headwater_server.settings_checks import BadSettings, checked

MISSING = "the shop needs a gateway: pip install 'headwater-server[gateway]'"
STORE, PAGE = "store", "page"
FILLED = "filled"  # stands there once the past is on the log


def open_shop(
    listen: str, data_dir: Path | None, events: Path | None, items: Path | None, seed: int
) -> None:
    """Fill a shop and keep it open. A store that is filled already is taken as it is."""
    _check(listen, events, items)
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="headwater-shop-")
        directory = data_dir or Path(stack.enter_context(temporary))
        failure = ""
        try:
            _open(listen, directory, events, items, seed)
        except* (HeadwaterError, ServerFailedError, OSError) as group:
            failure = str(_innermost(group))
        if failure:
            fail(f"the shop closed: {failure}", FAILED)


def _open(listen: str, directory: Path, events: Path | None, items: Path | None, seed: int) -> None:
    from headwater_server.cli.demo.shop.filling import nobody, recorded, simulated
    from headwater_server.cli.demo.shop.opening import keep_open

    keys, page_dir, store_dir = Keys(), directory / PAGE, directory / STORE
    filled = directory / FILLED
    with explained():
        shop = (
            recorded(page_dir, keys, events, items) if events else simulated(page_dir, keys, seed)
        )
    live = nobody if filled.exists() else shop.live
    if not filled.exists():
        if exit_code := import_past(store_dir, shop.events, shop.items):
            raise typer.Exit(exit_code)
        filled.touch()
    asyncio.run(keep_open(live, store_dir, page_dir, keys, listen))


def _check(listen: str, events: Path | None, items: Path | None) -> None:
    with explained():
        checked("listen", str, listen)
        if items and not events:
            raise BadSettings("--items needs --events: whose past is the shop to know?")
    if not is_installed():
        fail(MISSING, MISUSED)


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

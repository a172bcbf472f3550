"""`headwater demo --shop`: checks, and the files of the shop."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

import typer

from headwater import HeadwaterError
from headwater_server.cli.demo.server_process import ServerFailedError
from headwater_server.cli.demo.shop.options import ShopOptions
from headwater_server.cli.demo.shop.processes import Keys, ShopProcess, import_past, is_installed
from headwater_server.cli.failures import FAILED, MISUSED, explained, fail
from headwater_server.gateway.requirements import FIX
from headwater_server.settings_checks import BadSettings, checked

MISSING = f"the shop needs a gateway: {FIX}"
STORE, PAGE = "store", "page"
FILLED = "filled"  # exists once the past events are in the log


def open_shop(options: ShopOptions, data_dir: Path | None) -> None:
    """Fill a shop and keep it open. A store that is already filled is used as it is."""
    _check(options)
    failure = ""
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="headwater-shop-")
        directory = data_dir or Path(stack.enter_context(temporary))
        try:
            _open(options, directory)
        except* (HeadwaterError, ServerFailedError, OSError) as group:
            failure = str(_innermost(group))
    if failure:  # not raised above, where it would become one of a group
        fail(f"the shop closed: {failure}", FAILED)


def _open(options: ShopOptions, directory: Path) -> None:
    from headwater_server.cli.demo.shop.filling import filling, nobody
    from headwater_server.cli.demo.shop.opening import keep_open

    keys, page_dir, store_dir = Keys(), directory / PAGE, directory / STORE
    filled = directory / FILLED
    with explained():
        shop = filling(options, page_dir, keys)
    first = nobody if filled.exists() else shop.first
    if not filled.exists():
        if exit_code := import_past(store_dir, shop.events, shop.items):
            raise typer.Exit(exit_code)
        filled.touch()
    server = ShopProcess(store_dir, options.listen, keys.environment(page_dir))
    asyncio.run(keep_open(server, keys, first, shop.meanwhile))


def _check(options: ShopOptions) -> None:
    with explained():
        checked("listen", str, options.listen)
        if options.files.items and not options.files.events:
            raise BadSettings("--items needs --events: give both files of your shop")
    if not is_installed():
        fail(MISSING, MISUSED)


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

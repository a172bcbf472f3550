"""A shop that is open: its server, its visits, and how it closes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from rich.console import Console

from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerFailedError
from headwater_server.cli.demo.shop.processes import Keys, ShopProcess

Live = Callable[[AsyncClient], Awaitable[None]]
"""What happens through the API."""


async def keep_open(server: ShopProcess, keys: Keys, first: Live, meanwhile: Live) -> None:
    """Serve until Ctrl-C or SIGTERM; ``first`` is over before the shop opens.

    Raises `ServerFailedError` when the server ends before.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(_serve(server, keys, first, meanwhile))
    told = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((serving, told), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
    finally:
        serving.cancel()
        told.cancel()
        await asyncio.gather(serving, told, return_exceptions=True)
        await server.stop()


async def _serve(server: ShopProcess, keys: Keys, first: Live, meanwhile: Live) -> None:
    await server.start()
    async with AsyncClient(server.address, key=keys.backend) as client:
        await first(client)
        _say_open(server, keys)
        others = asyncio.ensure_future(meanwhile(client))
        try:
            exit_code = await server.ended()
        finally:
            others.cancel()
    raise ServerFailedError(f"the server ended with exit code {exit_code}")


def _say_open(server: ShopProcess, keys: Keys) -> None:
    """Say where everything is."""
    console = Console(highlight=False, soft_wrap=True)
    for name, value in (
        ("The shop", f"{server.url}/shop/"),
        ("A second visitor", f"{server.url}/shop/?visitor=ann   (any name; =new: a stranger)"),
        ("The console", f"{server.url}/console/"),
        ("  its key", keys.backend),
        ("gRPC", f"{server.address}   (the same key)"),
    ):
        console.print(f"[bold]{name:<17}[/] {value}")
    console.print("Ctrl-C closes the shop.")
    print(f"headwater shop ready on {server.url}/shop/", flush=True)

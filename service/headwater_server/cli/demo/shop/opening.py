"""An open shop: its server, its simulated visits, and how it closes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from rich.console import Console

from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerFailedError
from headwater_server.cli.demo.shop.processes import Keys, ShopProcess

Live = Callable[[AsyncClient], Awaitable[None]]
"""Calls of the API."""


async def keep_open(server: ShopProcess, keys: Keys, first: Live, meanwhile: Live) -> None:
    """Serve until Ctrl-C or SIGTERM; ``first`` ends before the shop opens.

    Raises `ServerFailedError` if the server ends before.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    serving = asyncio.create_task(_serve(server, keys, first, meanwhile))
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
    finally:
        serving.cancel()
        stopped.cancel()
        await asyncio.gather(serving, stopped, return_exceptions=True)
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
    """Print all addresses."""
    console = Console(highlight=False, soft_wrap=True)
    for name, value in (
        ("The shop", f"{server.url}/shop/"),
        ("A second visitor", f"{server.url}/shop/?visitor=ann   (any name; =new: a new visitor)"),
        ("The console", f"{server.url}/console/"),
        ("  its key", keys.backend),
        ("gRPC", f"{server.address}   (the same key)"),
    ):
        console.print(f"[bold]{name:<17}[/] {value}")
    console.print("Ctrl-C closes the shop.")
    print(f"headwater shop ready on {server.url}/shop/", flush=True)

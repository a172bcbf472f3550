"""`headwater gateway`: write the configuration of Envoy, the gateway, or run it."""

from __future__ import annotations

import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headwater_server.cli.commands.serve import say_gateway_ready
from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.target import key_from_file
from headwater_server.gateway.requirements import KEY_VARIABLE, missing_packages
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings, check_exposure

if TYPE_CHECKING:
    import asyncio

LISTEN_DEFAULT = "127.0.0.1:8080"
OUT_DEFAULT = Path("gateway")


def render(
    out: Path = typer.Option(OUT_DEFAULT, help="directory to write to; created if missing"),
    *,
    flags: dict[str, Any],
) -> None:
    """Write Envoy's configuration to a directory.

    The files are envoy.yaml and headwater.binpb, the description of the API. Start Envoy in that
    directory: `envoy -c envoy.yaml`. Paths and addresses are written as you set them, so they can
    be those of a container. The files contain no secret.
    """
    with explained():
        settings = _prepared(flags)
        from headwater_server.gateway.plan import ADMIN_PORT, make_plan
        from headwater_server.gateway.render import write

        backends, deadline_s = _backends(settings), settings.api.deadline_max_s
        web = settings.gateway.gateway_web
        persons = settings.sign_in.has_persons
        plan = make_plan(
            settings.gateway, backends, web, deadline_s, ADMIN_PORT, has_persons=persons
        )
        print(write(plan, out))


def run(flags: dict[str, Any]) -> None:
    """Run Envoy in front of --gateway-backends, until Ctrl-C.

    `headwater serve --gateway HOST:PORT` runs a server and its gateway together. A caller with a
    client certificate is forwarded with HEADWATER_KEY, or with the first key of HEADWATER_KEYS.
    With the servers' HEADWATER_KEYS and HEADWATER_PAGE_KEYS, it refuses other keys before it
    reads a body.
    """
    import asyncio

    from headwater_server.observability.logging import set_up_logging

    with explained():
        settings = _prepared(flags)
        gateway, api = settings.gateway, settings.api
        addresses = (gateway.gateway, gateway.gateway_tls)
        has_keys = bool(api.accesses or shared_key())
        check_exposure(addresses, has_keys=has_keys, insecure=api.insecure)
        set_up_logging(settings.process.log_level, settings.process.log_format)
        try:
            asyncio.run(_run(settings))
        except OSError as error:
            fail(str(error), FAILED)


async def _run(settings: Settings) -> None:
    import asyncio

    from headwater_server.gateway.gateway import open_gateway

    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    key = settings.api.backend_key or shared_key()
    deadline_s, accesses = settings.api.deadline_max_s, settings.api.accesses
    async with AsyncExitStack() as parts:
        backends = _backends(settings)
        opening = asyncio.create_task(
            open_gateway(
                settings.gateway,
                backends,
                key,
                deadline_s,
                parts,
                accesses=accesses,
                has_persons=settings.sign_in.has_persons,
            )
        )
        await _first(opening, asyncio.create_task(stopping.wait()))
        if not stopping.is_set():
            say_gateway_ready(await opening)
            await stopping.wait()


async def _first(opening: asyncio.Task[str], stop: asyncio.Task[object]) -> None:
    """Return when ``opening`` has ended, or at ``stop``, which cancels it."""
    import asyncio

    await asyncio.wait((opening, stop), return_when=asyncio.FIRST_COMPLETED)
    if stop.done():
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
    stop.cancel()


def shared_key() -> str | None:
    """Return the key that is sent for callers with a certificate. Raises `BadSettings`."""
    text = os.environ.get(KEY_VARIABLE)
    return key_from_file(text) if text else None


def _prepared(flags: dict[str, Any]) -> Settings:
    if missing := missing_packages():
        raise BadSettings(missing)
    settings = load_settings(**flags)
    gateway = settings.gateway
    return replace(settings, gateway=replace(gateway, gateway=gateway.gateway or LISTEN_DEFAULT))


def _backends(settings: Settings) -> tuple[str, ...]:
    return settings.gateway.gateway_backends or (settings.api.listen,)

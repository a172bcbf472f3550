"""The whole gateway: Envoy, and the web process where its packages are installed."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import structlog

from headwater_server.api.access.access import Access
from headwater_server.gateway import envoy
from headwater_server.gateway.addresses import Address, probe
from headwater_server.gateway.checks import FILES
from headwater_server.gateway.child import Child
from headwater_server.gateway.plan import Plan, make_plan
from headwater_server.gateway.render import write
from headwater_server.gateway.requirements import KEY_VARIABLE, has_web
from headwater_server.gateway.settings import GatewaySettings

_log = structlog.get_logger(__name__)
SERVER_CHECK_EVERY_S = 0.1
DRAIN_TIMEOUT_S = 3.0  # a stream does not end by itself; its client sends again


async def open_gateway(
    settings: GatewaySettings,
    backends: tuple[str, ...],
    key: str | None,
    deadline_max_s: float,
    parts: AsyncExitStack,
    *,
    accesses: Sequence[Access] = (),
    web_env: Mapping[str, str] | None = None,
    has_persons: bool = False,
) -> str:
    """Start it, and return its URL when it answers calls; ``parts`` stops it.

    With ``web_env``, the web process's environment, that process is started too if possible.
    ``key`` is a backend's, if the servers need one: for callers with a certificate, and for the
    web process. ``accesses``: the keys that the servers accept, if they are known here.
    ``has_persons``: persons may sign in, so that sessions of theirs reach the servers.
    OSError when it cannot start.
    """
    settings = _with_absolute_paths(settings)
    web = settings.gateway_web
    if web is None and web_env is not None and has_web():
        web = str(await _start_web(backends[0], key, web_env, parts))
    plan = make_plan(settings, backends, web, deadline_max_s, has_persons=has_persons)
    for name, address in plan.listeners.items():
        probe(address, name)
    folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="headwater-gateway-")))
    shared_key = key if settings.gateway_client_ca else None
    await _start_envoy(plan, folder, envoy.environment(shared_key, accesses), parts)
    return f"http://{plan.listen}"


async def _start_envoy(
    plan: Plan, folder: Path, env: Mapping[str, str], parts: AsyncExitStack
) -> None:
    config = write(plan, folder)
    await envoy.validate(config)
    child = Child(
        "gateway",
        envoy.command(plan, config),
        lambda: envoy.is_live(plan.listen),
        env,
        folder,
    )
    parts.push_async_callback(child.stop)
    parts.push_async_callback(envoy.drain, plan.admin, DRAIN_TIMEOUT_S)
    await child.start()
    await _server_behind(plan)


async def _server_behind(plan: Plan) -> None:
    """Return when a server behind Envoy serves; its start may fold its log for an hour."""
    if await envoy.is_ready(plan.listen):
        return
    _log.info("waiting for a server", backends=[str(backend) for backend in plan.backends])
    while not await envoy.is_ready(plan.listen):  # noqa: ASYNC110 - another process decides it
        await asyncio.sleep(SERVER_CHECK_EVERY_S)


async def _start_web(
    server: str, key: str | None, env: Mapping[str, str], parts: AsyncExitStack
) -> Address:
    address = Address("127.0.0.1", 0).resolved()
    target = str(Address.read(server).reachable())
    command = [sys.executable, "-m", "headwater_server", "web"]
    child = Child(
        "web process",
        [*command, "--listen", str(address), "--target", target],
        lambda: _listens(address),
        {**env, KEY_VARIABLE: key} if key else env,
        Path.cwd(),
    )
    parts.push_async_callback(child.stop)
    await child.start()
    return address


async def _listens(address: Address) -> bool:
    try:
        _, writer = await asyncio.open_connection(address.host, address.port)
    except OSError:
        return False
    writer.close()
    return True


def _with_absolute_paths(settings: GatewaySettings) -> GatewaySettings:
    """Return the settings with absolute paths: Envoy runs in another folder than we do."""
    paths = {name: getattr(settings, name) for name in FILES}
    log = settings.gateway_access_log
    return replace(
        settings,
        gateway_access_log=log if log in {"-", "none"} else str(Path(log).absolute()),
        **{name: path.absolute() for name, path in paths.items() if path},
    )

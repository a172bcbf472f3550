"""`headwater web`: console, demo shop and Personalizer's API over HTTP, beside the server."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.target import key_option
from headwater_server.gateway.requirements import FIX, missing_for_sign_in
from headwater_server.settings import PlaceSettings, Settings, load_settings
from headwater_server.settings_checks import BadSettings, check_exposure, checked

MISSING = f"headwater web needs starlette and uvicorn: {FIX}"


def web(
    flags: dict[str, Any],
    listen: Annotated[
        str, typer.Option(help="host:port for HTTP; port 0 takes a free port")
    ] = "127.0.0.1:8081",
    target: Annotated[
        str, typer.Option(help="host:port of the running server to call")
    ] = "127.0.0.1:50051",
    key: Annotated[
        str,
        typer.Option(
            envvar="HEADWATER_KEY",
            show_default=False,
            callback=key_option,
            help="a backend key of that server, or @PATH of a file with it",
        ),
    ] = "",
    insecure: Annotated[
        bool,
        typer.Option(
            help="accept calls from other machines without a key; only on a private network"
        ),
    ] = False,
    allowed_hosts: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,…",
            show_default=False,
            help="host names under which browsers reach it, besides IP addresses, names without "
            "a dot, and the hosts of gateway_origins (default: the setting of that name)",
        ),
    ] = None,
) -> None:
    """Serve console, shop and Personalizer's API over HTTP.

    Runs until SIGTERM or Ctrl-C. `headwater serve --gateway` starts this process itself. It calls
    the server through its public API only. Personalizer's API (docs/migrating.md) also needs the
    server's store, for the time between a rank call and its reward: give the same --redis-url, or
    the same --data-dir while the server runs.
    """
    import asyncio

    with explained():
        _check(listen, target, key, insecure=insecure)
        try:
            from headwater_server.web.app import make_app
            from headwater_server.web.hosts import hosts_of
            from headwater_server.web.process import serve
        except ImportError as error:
            if error.name in {"starlette", "uvicorn"}:
                fail(MISSING, FAILED)
            raise
        settings = load_settings(**flags, allowed_hosts=allowed_hosts)
        named = settings.gateway.allowed_hosts, settings.gateway.gateway_origins
        opening, sign_in = _opening(target, key, settings), _sign_in(key, target, settings)
        app = make_app(opening, hosts=hosts_of(listen, *named), **sign_in)
        try:
            asyncio.run(serve(app, listen, _say_ready))
        except OSError as error:
            fail(f"{listen}: {error.strerror or error}", FAILED)


def _sign_in(key: str, target: str, settings: Settings) -> dict[str, Any]:
    """Return the routes of signing in, by OpenID Connect if an issuer is set.

    They are options of `make_app`, with what closes them.
    """
    asked = settings.sign_in
    if not asked.has_persons:
        from headwater_server.web.sign_in_off import no_sign_in_routes

        return {"more_routes": no_sign_in_routes()}
    if missing := missing_for_sign_in(has_key=bool(key)):
        raise BadSettings(missing)
    from headwater_server.web.oidc.routes import sign_in_routes
    from headwater_server.web.oidc.servers import Servers

    servers = Servers(target)
    return {"more_routes": sign_in_routes(asked, key, servers), "on_stop": servers.close}


def _opening(target: str, key: str, settings: Settings) -> Any:
    """Return what opens Personalizer's API, None if there is no store for it."""
    from headwater_server.observability.logging import set_up_logging
    from headwater_server.personalizer.lifecycle import open_adapter

    set_up_logging(settings.process.log_level, settings.process.log_format)
    wait, token = (
        settings.personalizer.personalizer_reward_wait_minutes,
        settings.replica.attribution_token_minutes,
    )
    if wait > token:
        raise BadSettings(
            f"personalizer_reward_wait_minutes = {wait:g}: the token expires before such a late "
            f"reward; set attribution_token_minutes (now {token:g}) to at least that, for this "
            "process and for the server"
        )
    _check_share(settings)
    where = _where(settings.place)
    if where is None:
        return None
    _warn_of_window(wait, settings.engine.attribution_window_minutes)
    log = _log_place(settings, where)
    return partial(open_adapter, target, key, where, settings.storage, settings.personalizer, log)


def _warn_of_window(wait: float, window: float) -> None:
    """Say that late rewards do not reach exploration, as far as this process knows the window."""
    import structlog

    if wait > window:
        structlog.get_logger(__name__).warning(
            f"rewards that come later than attribution_window_minutes ({window:g}) count as 0 for "
            "the choice of the next actions; set attribution_window_minutes of the server to "
            f"personalizer_reward_wait_minutes ({wait:g})"
        )


def _check_share(settings: Settings) -> None:
    share, mode = settings.personalizer.personalizer_share, settings.personalizer.personalizer_mode
    if share and mode != "apprentice":
        raise BadSettings(
            f"personalizer_share = {share:g}: needs personalizer_mode = apprentice; in mode {mode} "
            "the policy answers all"
        )


def _log_place(settings: Settings, where: str | Path) -> Any:
    """Return how this process reads the log, and the environment of `headwater evaluate`."""
    from headwater_server.personalizer.administration.running import Place
    from headwater_server.personalizer.lifecycle import LogPlace
    from headwater_server.settings_sources import as_environment
    from headwater_server.storage.storage import open_storage

    place = settings.place
    opening = partial(
        open_storage,
        settings.storage,
        redis_url=place.redis_url,
        data_dir=place.data_dir,
        log=place.log,
        snapshots=place.snapshots,
        check=False,
        socket=where if isinstance(where, Path) else None,
    )
    environment = {**os.environ, **as_environment(settings.place, settings.storage)}
    environment.pop("HEADWATER_KEY", None)  # it reads the log, and calls no server
    placement = settings.personalizer.personalizer_placement
    return LogPlace(opening, Place(environment, placement))


def _where(place: PlaceSettings) -> str | Path | None:
    """Return the URL of the store, or the socket of the store that the server has started."""
    import structlog

    from headwater_server.storage.embedded.data_dir import socket_in

    if place.data_dir is None:
        return place.redis_url
    socket = socket_in(place.data_dir)
    if socket is None:
        structlog.get_logger(__name__).warning(
            "Personalizer's API is off: the path is too long for a socket; give --redis-url",
            data_dir=str(place.data_dir),
        )
    return socket


def _check(listen: str, target: str, key: str, *, insecure: bool) -> None:
    for name, value in (("listen", listen), ("target", target)):
        try:
            checked("listen", str, value)
        except BadSettings as error:
            raise BadSettings(str(error).replace("listen", f"--{name}", 1)) from None
    try:
        check_exposure((listen,), has_keys=bool(key), insecure=insecure)
    except BadSettings as error:
        raise BadSettings(str(error).replace("HEADWATER_KEYS", "HEADWATER_KEY")) from None


def _say_ready(address: str) -> None:
    print(f"headwater web ready on http://{address}", flush=True)

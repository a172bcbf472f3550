"""`headwater serve`: a server, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.stores import store_explained, wait_for_store
from headwater_server.settings import Settings, load_with_sources
from headwater_server.settings_checks import BadSettings, check_exposure
from headwater_server.settings_sources import PREFIX

if TYPE_CHECKING:
    from headwater_server.gateway.beside import Beside

DATA_DIR_DEFAULT = Path(".headwater")


def serve(flags: dict[str, Any]) -> None:
    """Run a server, until SIGTERM or Ctrl-C. Default data directory: ./.headwater.

    Where no compiled kernels fit this machine, the first start compiles for about a minute of CPU
    time; later starts are quick.

    Each setting is a flag (--visitors-max), an environment variable (HEADWATER_VISITORS_MAX) or a
    line of ./headwater.toml (visitors_max; HEADWATER_SETTINGS names another file). Flags override
    variables, and variables override the file; `headwater settings --effective` prints the result.

    With --workers, SIGHUP restarts the workers one by one.
    """
    with explained(), store_explained():
        settings = checked_settings(flags)
        _warn(settings)
        try:
            _check_port(settings)
            wait_for_store(settings)
            with valid_engine():
                _serve(settings, flags)
        except OSError as error:
            fail(str(error), FAILED)


def checked_settings(flags: dict[str, Any]) -> Settings:
    """Return the settings of a server, checked, and set up logging as they say."""
    from headwater_server.observability.logging import set_up_logging

    settings = for_server(load_with_sources(**flags)[0])
    api, gateway = settings.api, settings.gateway
    check_exposure(
        (api.listen, api.metrics_listen, gateway.gateway, gateway.gateway_tls),
        has_keys=bool(api.accesses),
        insecure=api.insecure,
    )
    set_up_logging(settings.process.log_level, settings.process.log_format)
    return settings


def _warn(settings: Settings) -> None:
    import structlog

    for text in settings.warnings:
        structlog.get_logger(__name__).warning("a setting looks wrong", warning=text)


def _check_port(settings: Settings) -> None:
    """Raise OSError if nobody can listen there, before the log is read; workers share a port."""
    from headwater_server.api.listening import check_listening

    if settings.process.workers == 1:
        check_listening(settings.api.listen, shared=settings.api.so_reuseport)


def for_server(settings: Settings) -> Settings:
    """Return the settings with what `serve` itself decides. Raises `BadSettings`."""
    return _behind_gateway(_with_place(settings))


def _serve(settings: Settings, flags: dict[str, Any]) -> None:
    if settings.process.workers == 1:
        from headwater_server.cli.compiling import compiling_shown
        from headwater_server.garbage import no_passes

        with no_passes():
            from headwater_server.app import run

        with compiling_shown() as shown:
            run(settings, shown.until(_say_ready), beside=_beside(settings, flags))
        return
    from headwater_server.workers.parent import run_pool

    exit_code = run_pool(settings, flags, _say_ready, _beside(settings, flags))
    if exit_code:
        raise typer.Exit(exit_code)


def _with_place(settings: Settings) -> Settings:
    place = settings.place
    if place.redis_url or place.data_dir or (place.log and place.snapshots):
        return settings
    return replace(settings, place=replace(place, data_dir=DATA_DIR_DEFAULT))


def _behind_gateway(settings: Settings) -> Settings:
    """Trust the gateway, if there is one, to name callers: all calls come from its address."""
    from headwater_server.gateway.requirements import missing_for_sign_in, missing_packages

    if settings.gateway.gateway is None:
        return settings
    if missing := missing_packages():
        raise BadSettings(missing)
    if settings.sign_in.oidc_issuer and settings.gateway.gateway_web is None:
        has_key = settings.api.backend_key is not None
        if missing := missing_for_sign_in(has_key=has_key):
            raise BadSettings(missing)
    return replace(settings, api=replace(settings.api, trust_forwarded_for=True))


def _beside(settings: Settings, flags: dict[str, Any]) -> Beside | None:
    """Return the gateway to open beside the server; its web process gets the same settings."""
    from headwater_server.gateway.beside import Beside

    if settings.gateway.gateway is None:
        return None
    variables = {f"{PREFIX}{name.upper()}": str(value) for name, value in flags.items()}
    place = settings.place.data_dir
    if place is not None:
        variables[f"{PREFIX}DATA_DIR"] = str(place)
    env = {**os.environ, **variables}
    persons = settings.sign_in.has_persons
    return Beside(settings.gateway, settings.api, env, say_gateway_ready, persons)


def say_gateway_ready(url: str) -> None:
    """Print the address of the gateway."""
    print(f"headwater gateway ready on {url}", flush=True)


def _say_ready(address: str, offset: str) -> None:
    print(f"headwater ready on {address} offset={offset}", flush=True)

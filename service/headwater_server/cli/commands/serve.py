"""`headwater serve`: a server, until it is told to stop."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail, valid_engine
from headwater_server.cli.stores import store_explained
from headwater_server.gateway.beside import Beside
from headwater_server.gateway.requirements import missing_packages
from headwater_server.observability.logging import set_up_logging
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings, check_exposure
from headwater_server.settings_sources import PREFIX

DATA_DIR_DEFAULT = Path(".headwater")


def serve(flags: dict[str, Any]) -> None:
    """Recommend and learn, until SIGTERM or Ctrl-C. Without a place, in .headwater/ here.

    Each setting is also a variable (--visitors-max: HEADWATER_VISITORS_MAX) and a name in
    headwater.toml (visitors_max; HEADWATER_SETTINGS names another file). Flags win. With
    --workers, SIGHUP restarts the workers one by one.
    """
    with explained(), store_explained():
        settings = prepared(flags)
        try:
            with valid_engine():
                _serve(settings, flags)
        except OSError as error:
            fail(str(error), FAILED)


def prepared(flags: dict[str, Any]) -> Settings:
    """Return the settings of a server, checked, and send the logs where they say."""
    settings = _behind_gateway(_with_place(load_settings(**flags)))
    api, gateway = settings.api, settings.gateway
    check_exposure(
        (api.listen, api.metrics_listen, gateway.gateway, gateway.gateway_tls),
        has_keys=bool(api.accesses),
        insecure=api.insecure,
    )
    set_up_logging(settings.process.log_level, settings.process.log_format)
    return settings


def _serve(settings: Settings, flags: dict[str, Any]) -> None:
    if settings.process.workers == 1:
        from headwater_server.app import run

        run(settings, _say_ready, beside=_beside(settings, flags))
        return
    from headwater_server.workers.parent import run_pool

    exit_code = run_pool(settings, flags, _say_ready, _beside(settings, flags))
    if exit_code:
        raise typer.Exit(exit_code)


def _with_place(settings: Settings) -> Settings:
    if settings.place.redis_url or settings.place.data_dir:
        return settings
    return replace(settings, place=replace(settings.place, data_dir=DATA_DIR_DEFAULT))


def _behind_gateway(settings: Settings) -> Settings:
    """Believe the gateway, if there is one, who calls: all calls come from its address."""
    if settings.gateway.gateway is None:
        return settings
    if missing := missing_packages():
        raise BadSettings(missing)
    return replace(settings, api=replace(settings.api, trust_forwarded_for=True))


def _beside(settings: Settings, flags: dict[str, Any]) -> Beside | None:
    """Return what to open beside the server; the pages' process is told all that we were."""
    if settings.gateway.gateway is None:
        return None
    told = {f"{PREFIX}{name.upper()}": str(value) for name, value in flags.items()}
    place = settings.place.data_dir
    if place is not None:
        told[f"{PREFIX}DATA_DIR"] = str(place)
    return Beside(settings.gateway, settings.api, {**os.environ, **told}, say_gateway_ready)


def say_gateway_ready(url: str) -> None:
    """Say where the gateway is."""
    print(f"headwater gateway ready on {url}", flush=True)


def _say_ready(address: str, offset: str) -> None:
    print(f"headwater ready on {address} offset={offset}", flush=True)

"""Checks the flags of `headwater shadow` before anything is opened."""

from __future__ import annotations

from typing import Any

from headwater_server.cli.evaluating.command import check_level, check_report
from headwater_server.cli.evaluating.of_log import check_source
from headwater_server.cli.shadowing.opening import Flags, state_url
from headwater_server.cli.shadowing.wanted import check_early
from headwater_server.evaluation.shown.metrics import ACT_RATE, METRICS
from headwater_server.evaluation.shown.span import Span
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings


def checked_flags(given: dict[str, Any], flags: dict[str, Any]) -> tuple[Settings, Flags]:
    """Return the settings of the store, and the command's own flags. Raises `BadSettings`."""
    metric = given["metric"] or ACT_RATE
    if metric not in METRICS:
        raise BadSettings(f"--metric {metric}: write {', '.join(METRICS)}")
    check_level(given["level"])
    check_report(given["report"])
    values = tuple(given["values"] or ())
    check_early(given["policy"], values, given["name"])
    try:
        span = Span.of(given["from_"], None)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    _check_address(given["metrics_listen"])
    settings = load_settings(**flags)
    check_source(settings)
    if not (settings.place.has_log or given["once"]):
        raise BadSettings("--archive-dir alone does not grow: give --once, or --redis-url too")
    asked = {
        "span": span,
        "metric": metric,
        "placement": given["placement"],
        "window_minutes": given["window_minutes"],
        "warm_days": given["warm_days"],
        "level": given["level"],
        "first_slot": given["first_slot"],
        "answers_max": given["answers_max"],
        "publish_s": 60.0 * given["publish_minutes"],
    }
    state = None if given["state"] is None else state_url(given["state"])
    own = given["once"], given["priority"], given["metrics_listen"], 60.0 * given["save_minutes"]
    return settings, Flags(given["policy"], values, given["name"], asked, state, *own)


def _check_address(listen: str | None) -> None:
    if listen is None:
        return
    host, _, port = listen.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise BadSettings(f"--metrics-listen {listen}: write host:port, such as 127.0.0.1:9465")

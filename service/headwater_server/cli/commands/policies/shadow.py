"""`headwater shadow`: folds the log beside the servers, under other settings."""

from __future__ import annotations

from typing import Any

import typer

from headwater_server.cli.evaluating.command import (
    UNANSWERED,
    From,
    Level,
    Metric,
    Report,
    Window,
    is_answered,
    show_report,
    write_report,
)
from headwater_server.cli.failures import INTERRUPTED, explained, fail
from headwater_server.cli.shadowing import flags as own
from headwater_server.cli.shadowing.priority import Priority
from headwater_server.cli.stores import store_explained
from headwater_server.settings_checks import BadSettings


def shadow(
    flags: dict[str, Any],
    policy: own.Policy = None,
    values: own.Values = None,
    name: own.Name = None,
    from_: From = None,
    placement: own.Placement = None,
    metric: Metric = None,
    window_minutes: Window = 30.0,
    warm_days: own.WarmDays = 7.0,
    level: Level = 0.95,
    first_slot: own.FirstSlot = False,
    answers_max: own.AnswersMax = 50_000,
    publish_minutes: own.PublishMinutes = 5.0,
    state: own.State = None,
    save_minutes: own.SaveMinutes = 5.0,
    once: own.Once = False,
    report: Report = None,
    priority: own.AtPriority = Priority.IDLE,
    metrics_listen: own.MetricsListen = None,
) -> None:
    """Fold the log beside the servers, under other settings.

    It serves nobody, appends nothing, and no server waits for it. It stays --window-minutes behind
    the log's end, asks its policy at the place of each shown list, and publishes its report for the
    console. Any engine settings may differ, also those that change what is learned. Runs until
    SIGTERM or Ctrl-C. With --once, the exit code is that of `headwater evaluate`.
    """
    given = dict(locals())
    with explained(), store_explained():
        found = _run(given, flags)
    if found is None and once:
        goes_on = "; with the same --state it goes on from here" if state else ""
        fail(f"stopped before the end of the log, so there is no report{goes_on}", INTERRUPTED)
    if found is None:
        return
    show_report(found)
    write_report(found, report)
    if not is_answered(found):
        raise typer.Exit(UNANSWERED)


def _run(given: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any] | None:
    from headwater_server.cli.shadowing.checking import checked_flags
    from headwater_server.cli.shadowing.opening import run

    if given["report"] and not given["once"]:
        raise BadSettings("--report goes with --once; a shadow that stays publishes its report")
    settings, checked = checked_flags(given, flags)
    return run(settings, checked)

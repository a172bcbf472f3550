"""`headwater hold-out`: begin, show and end the measurement of the lift."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING, Annotated

import typer

from headwater_server.cli.experimenting.server import TIMEOUT_S, asked, confirm
from headwater_server.cli.failures import explained
from headwater_server.cli.reporting.periods import DAY, day_of
from headwater_server.cli.target import Key, Target
from headwater_server.settings_checks import BadSettings
from headwater_server.settings_ranges import HOLD_OUT_SHARES

if TYPE_CHECKING:
    from headwater import HoldOut, Lift

Share = Annotated[
    float, typer.Option(help="share of visitors who get the most popular items, 0.001 to 0.5")
]
Layer = Annotated[str, typer.Option(help="the layer of experiments whose visitors it takes")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask for confirmation")]


def start(
    share: Share = 0.05, layer: Layer = "default", target: Target = None, key: Key = ""
) -> None:
    """Begin to show popular items to some visitors, to measure the lift.

    Four times as many visitors are compared with them. The command can be run again: a hold-out
    that runs stays as it is. docs/does-it-pay.md explains the figures.
    """
    from headwater import Experiment, ExperimentArm, PrimaryMetric
    from headwater_server.replica.experiments.hold_out import HOLD_OUT, hold_out_experiment

    with explained():
        least, most = HOLD_OUT_SHARES
        if not least <= share <= most:
            raise BadSettings(f"--share is {share:g}: write {least:g} to {most:g}, such as 0.05")
    with asked(target, key) as client:
        if running := _running(client.get_performance(timeout_s=TIMEOUT_S).hold_outs):
            print(f"{running.experiment_id} runs already, with {running.share:.1%} of visitors")
            return
        listed = client.list_experiments(timeout_s=TIMEOUT_S)
        name = free_name(HOLD_OUT, {one.experiment_id for one in listed})
        given = hold_out_experiment(share)
        arms = tuple(ExperimentArm(one.arm_id, one.policy_id, one.weight) for one in given.arms)
        experiment = Experiment(
            name, arms, layer=layer, share=given.share, primary=PrimaryMetric(given.primary.metric)
        )
        answer = client.create_experiment(experiment, timeout_s=TIMEOUT_S)
    print(f"{name} has begun: {share:.1%} of visitors get the most popular items")
    print(f"offset={answer.offset}")


def free_name(first: str, taken: Collection[str]) -> str:
    """Return the first name that no experiment has.

    >>> free_name("hold-out", {"hold-out", "hold-out-2", "other"})
    'hold-out-3'
    """
    names = chain([first], (f"{first}-{number}" for number in count(2)))
    return next(name for name in names if name not in taken)


def status(target: Target = None, key: Key = "") -> None:
    """Show the lift, each figure with its interval."""
    with asked(target, key) as client:
        found = client.get_performance(timeout_s=TIMEOUT_S).hold_outs
    if not found:
        print("no hold-out has begun: headwater hold-out start --share 0.05")
    for one in found:
        show_hold_out(one)


def show_hold_out(one: HoldOut) -> None:
    """Print a hold-out in words."""
    since = f" since {one.start_time:%Y-%m-%d}" if one.start_time else ""
    print(f"{one.experiment_id}: {one.state}{since}, {one.share:.1%} of visitors")
    print(f"  {one.visitors:,} visitors with recommendations, {one.control_visitors:,} without")
    _show_lifts(one.lifts)


def show_period(one: HoldOut, offset_hours: float) -> None:
    """Print the lift of the days that were asked for, before that of all time."""
    period = one.period
    if period is None:
        return
    first = day_of(period.start_time, offset_hours)
    last = day_of(period.end_time - DAY, offset_hours)
    print(f"lift of {first} to {last} ({one.experiment_id}):")
    if period.lifts:
        print(f"  {period.visitors:,} with recommendations, {period.control_visitors:,} without")
    _show_lifts(period.lifts)
    print(f"  {period.text}")


def _show_lifts(lifts: Sequence[Lift]) -> None:
    for lift in lifts:
        unit = f" ({lift.currency_code})" if lift.currency_code else ""
        print(f"  {lift.text}{unit}")


def stop(target: Target = None, key: Key = "", yes: Yes = False) -> None:
    """End it: everybody gets recommendations, and its figures stay."""
    with asked(target, key) as client:
        running = _running(client.get_performance(timeout_s=TIMEOUT_S).hold_outs)
        if running is None:
            print("no hold-out is running")
            return
        confirm(f"Stop {running.experiment_id} ({running.visitors:,} visitors) for good?", yes=yes)
        reason = "stopped by headwater hold-out stop"
        client.stop_experiment(running.experiment_id, reason=reason, timeout_s=TIMEOUT_S)
    print(f"{running.experiment_id} has ended")


def _running(found: Sequence[HoldOut]) -> HoldOut | None:
    return next((one for one in found if one.state == "running"), None)

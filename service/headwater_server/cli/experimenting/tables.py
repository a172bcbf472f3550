"""Policies and experiments as tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from unicodedata import category

if TYPE_CHECKING:
    from headwater import Experiment, Policy, Promotion

WIDTH_MAX = 1_000
"""Characters of a line; a terminal wraps what does not fit."""


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print a table; texts are never markup, and never cut off, however narrow the screen is.

    What would move the cursor is left out: pages write names, too.
    """
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, show_edge=False, title=legible(title) or None)
    for row in rows:
        table.add_row(*map(legible, row))
    console = Console(soft_wrap=True, markup=False, highlight=False)
    whole = console.measure(table, options=console.options.update(max_width=WIDTH_MAX)).maximum
    console.width = max(console.width, whole)
    console.print(table)


def legible(text: str) -> str:
    r"""Return a text without what would move the cursor of a terminal.

    >>> legible("a\x1b[2Jb")
    'a [2Jb'
    """
    return "".join(" " if category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)


def show_policies(policies: Sequence[Policy], promotions: Sequence[Promotion]) -> None:
    """Print the policies, then the stack of promotions."""
    if policies:
        rows = [(p.policy_id, overrides(p.overrides), _use(p)) for p in policies]
        show_table(("policy", "overrides", "use"), rows)
    else:
        print("no policies; `headwater policy put` writes one")
    for place, one in enumerate(promotions, 1):
        why = one.force_reason or (one.report and f"{one.report.experiment_id}/{one.report.arm_id}")
        print(f"promotion {place}: {one.policy_id} since {time(one.promote_time)} ({why})")


def _use(policy: Policy) -> str:
    use = [f"experiment {name}" for name in policy.experiment_ids]
    return ", ".join([*use, *(["promoted"] if policy.promoted else [])])


def show_experiments(experiments: Sequence[Experiment]) -> None:
    """Print a line for each experiment."""
    if not experiments:
        print("no experiments; `headwater experiment create FILE.toml` creates one")
        return
    rows = [
        (
            one.experiment_id,
            one.state.value if one.state else "",
            one.verdict.value if one.verdict else "",
            one.primary.metric,
            ", ".join(f"{arm.arm_id} ({arm.visitors:,})" for arm in one.arms),
            time(one.create_time),
        )
        for one in experiments
    ]
    show_table(("experiment", "state", "verdict", "metric", "arms (visitors)", "created"), rows)


def show_experiment(one: Experiment) -> None:
    """Print all that was set of one experiment, and where it stands."""
    for name, value in _facts(one).items():
        if value:
            print(f"{name:<18}{value}")
    rows = [
        (arm.arm_id, arm.policy_id or "(in force)", f"{arm.weight:.4g}", f"{arm.visitors:,}",
         f"{arm.close_reason} ({time(arm.close_time)})" if arm.close_time else "")
        for arm in one.arms
    ]  # fmt: skip
    show_table(("arm", "policy", "weight", "visitors", "closed"), rows)


def _facts(one: Experiment) -> Mapping[str, str]:
    window = f" within {one.primary.window_minutes:g} minutes" if one.primary.window_minutes else ""
    rails = (f"{rail.metric} {rail.worst_relative:+.1%}" for rail in one.guard_rails)
    ranges = (f"{start:.4g} to {end:.4g}" for start, end in one.layer_ranges)
    stopped = f"{time(one.stop_time)}: {one.stop_reason}" if one.stop_time else ""
    return {
        "experiment": one.experiment_id,
        "state": (one.state.value if one.state else "") + (" (full)" if one.full else ""),
        "primary": f"{one.primary.metric}{window}, {one.primary.direction.value} is better",
        "guard rails": ", ".join(rails),
        "placements": ", ".join(one.placements) or "all",
        "unit": one.unit.value,
        "layer": f"{one.layer}: {one.share:.4g} of it, {', '.join(ranges) or 'none any more'}",
        "level": f"{one.level:g}",
        "visitors planned": f"{one.visitors_planned:,}",
        "visitors at most": f"{one.visitors_max:,}",
        "created": f"{time(one.create_time)} by {one.who or 'unknown'}",
        "starts": time(one.start_time),
        "ends": time(one.end_time),
        "stopped": stopped,
        "promoted arm": one.winner_arm_id,
    }


def overrides(values: Mapping[str, Any]) -> str:
    """Return a policy's values as a person writes them."""
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(values.items()))


def time(value: datetime | None) -> str:
    """Return a time in UTC, "" for none."""
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value else ""

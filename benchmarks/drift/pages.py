"""The results as a Markdown table, plain values, and a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks.drift.recovery import (
    LEVEL_EVENTS,
    SHARE,
    WINDOW_EVENTS,
    Hits,
    Recovery,
    middle,
    moving,
    recoveries,
)
from benchmarks.drift.stream import Change
from benchmarks.quality.contestants import HEADWATER
from benchmarks.quality.pages import markdown

Found = Mapping[str, Sequence[Hits]]
"""Contestant -> the hits on each seed, of one kind of change."""
RETRAINED = "implicit"  # how the names of the peers begin that are retrained every 5,000 events


def medians(change: Change, found: Found) -> dict[str, Recovery]:
    """Return the median over seeds, and over the changes of each, of every contestant."""
    return {
        name: middle([one for hits in seeds for one in recoveries(hits, change.at)])
        for name, seeds in found.items()
    }


def as_values(change: Change, found: Found) -> dict[str, Any]:
    """Return every recovery of every seed, and the medians, as plain values."""
    each = {
        name: [[_values(one) for one in recoveries(hits, change.at)] for hits in seeds]
        for name, seeds in found.items()
    }
    middles = {name: _values(one) for name, one in medians(change, found).items()}
    return {"at": list(change.at), "medians": middles, "seeds": each}


def _values(one: Recovery) -> dict[str, Any]:
    return {"before": one.before, "dip": one.dip, "regained_events": one.regained}


def table(change: Change, found: Found) -> str:
    """Return the table of one kind of change."""
    head = ("", "hit rate before", "lowest", "events to recover 90 %", "per seed")
    middles = medians(change, found)
    return markdown(head, [_row(name, middles[name], change, found[name]) for name in found])


def _row(name: str, one: Recovery, change: Change, seeds: Sequence[Hits]) -> tuple[str, ...]:
    each = (middle(recoveries(hits, change.at)) for hits in seeds)
    shown = " · ".join(map(_events, each))
    return (name, f"{one.before:.3f}", f"{one.dip:.3f}", _events(one), shown)


def _events(one: Recovery) -> str:
    return f"> {one.lasted:,}" if one.regained is None else f"{one.regained:,}"


def verdict(change: Change, found: Found) -> str:
    """Return one sentence: Headwater and the retrained peer that recovers first."""
    middles = medians(change, found)
    retrained = {n: one for n, one in middles.items() if n.startswith(RETRAINED)}
    if HEADWATER not in middles or not retrained:
        return ""
    best = min(retrained, key=lambda name: retrained[name].events)
    return (
        f"Headwater: {_events(middles[HEADWATER])} events; the best retrained peer ({best}): "
        f"{_events(retrained[best])}."
    )


def about() -> str:
    """Return how the figures are counted."""
    return (
        f"Hit rate at 20 in a moving window of {WINDOW_EVENTS:,} events that is completely after "
        f"the change; recovered: {SHARE:.0%} of the recommender's own hit rate in the "
        f"{LEVEL_EVENTS:,} events before the (first) change. Medians over seeds (and seasons)."
    )


def plot(found: Mapping[Change, Found], path: Path) -> None:
    """Write the moving hit rate, averaged over seeds, a panel for each kind of change."""
    figure = Figure(figsize=(6.0 * len(found), 4.5), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for panel, (change, contestants) in zip(panels, found.items(), strict=True):
        shown = range(change.at[0] - LEVEL_EVENTS + WINDOW_EVENTS, change.events, 50)
        for name, seeds in contestants.items():
            rates = np.mean([moving(hits)[list(shown)] for hits in seeds], axis=0)
            width = 3.0 if name == HEADWATER else 1.2
            panel.plot(list(shown), rates, label=name, linewidth=width)
        for event in change.at:
            panel.axvline(event, color="grey", linestyle=":")
        panel.set(title=change.name, xlabel="event", ylabel="hit rate at 20, 1,000 events")
        panel.set_ylim(bottom=0.0)
        panel.grid(visible=True, alpha=0.3)
    lines, labels = panels[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=4, fontsize="small")
    figure.savefig(path)

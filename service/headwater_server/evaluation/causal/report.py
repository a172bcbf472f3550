"""The report as plain values: the figures, and all that they rest on."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from headwater_server.evaluation.causal.analysis import Analysis, Line
from headwater_server.evaluation.causal.asked import CausalAsked, Outcome
from headwater_server.evaluation.causal.gates import CHANCE_MAX, CHANCE_MIN, PLACEBO_LEVEL
from headwater_server.evaluation.causal.rows import Rows
from headwater_server.evaluation.causal.texts import PATHS, SPLIT, TEXTS
from headwater_server.evaluation.report import versions
from headwater_server.evaluation.reports.as_json import command
from headwater_server.inference.causal.effect import TINY, Effect
from headwater_server.inference.causal.packages import NAMES
from headwater_server.inference.causal.sensitivity import e_value
from headwater_server.inference.checks import Floats

BINS, TENTHS_ROWS_MIN = 20, 20
PLACING_LINE, SEEING_LINE = "doubly_robust", "instrument"


@dataclass(frozen=True)
class Read:
    """What was read: where from, counts, notes, and what stops every figure."""

    source: dict[str, Any]
    counts: dict[str, Any]
    currency: str
    from_offset: str
    until_offset: str
    digest: str
    builds: Sequence[str]
    notes: Sequence[str]
    problems: Sequence[str]
    create_time_ms: int


def as_dict(asked: CausalAsked, read: Read, rows: Rows, found: Analysis) -> dict[str, Any]:
    """Return the report; ``rows`` are all, ``found`` is about those with overlap."""
    problems = [*read.problems, *found.problems]
    answered = not problems
    kept = found.rows
    return {
        "kind": "headwater causal report",
        "version": 1,
        "create_time_ms": read.create_time_ms,
        "subject": asked.subject,
        "item_id": asked.item_id,
        "filter": asked.filter,
        "placement": asked.placement,
        "outcome": str(asked.outcome),
        "currency": read.currency if asked.outcome is Outcome.REVENUE else "",
        "window_hours": asked.window_hours,
        "level": asked.level,
        "source": read.source,
        "from_offset": read.from_offset,
        "until_offset": read.until_offset,
        "counts": {
            **read.counts,
            "rows": len(rows),
            "below": found.below,
            "above": found.above,
            "chance_from": CHANCE_MIN,
            "chance_to": CHANCE_MAX,
            "with_overlap": len(kept),
            "placed": int(kept.placed.sum()),
            "not_placed": len(kept) - int(kept.placed.sum()),
            "seen": int(kept.seen.sum()),
            "with_outcome": int((kept.outcome > 0.0).sum()),
            "visitors": kept.visitors_count,
        },
        "headline": {
            "placing": _headline(found, PLACING_LINE, problems, asked.level),
            "seeing": _headline(found, SEEING_LINE, problems + found.seeing_problems, asked.level),
        },
        "lines": [
            _line(one, found, asked.level, is_given=answered) for one in found.lines.values()
        ],
        "paths": _paths(found, asked) if answered and found.is_seeing_answered else None,
        "first_stage_f": _finite(found.first_stage_f),
        "sensitivity": _sensitivity(found, asked) if answered else None,
        "balance": [
            {"name": name, "before": before, "weighted": weighted, "matched": matched}
            for name, (before, weighted, matched) in found.balance.items()
        ],
        "chances": _chances(rows),
        "by_chance": _by_chance(rows),
        "notes": list(read.notes),
        "digest": read.digest,
        "builds": list(read.builds),
        "versions": {**versions(), **_packages()},
        "command": command(sys.argv[1:]),
    }


def is_answered(report: dict[str, Any]) -> bool:
    """Return whether the effect of placing has a figure."""
    return report["headline"]["placing"]["value"] is not None


def _headline(found: Analysis, key: str, problems: list[str], level: float) -> dict[str, Any]:
    line = found.lines.get(key)
    effect = line.effect if line else None
    given = effect is not None and not problems
    without, with_it = (found.means[1], found.means[0]) if found.means else (None, None)
    is_placing = key == PLACING_LINE
    return {
        "line": key,
        **_effect(effect if given else None, level),
        "mean_without": without if given and is_placing else None,
        "mean_with": with_it if given and is_placing else None,
        "problems": problems or ([] if given else ["it could not be computed"]),
    }


def _line(line: Line, found: Analysis, level: float, *, is_given: bool) -> dict[str, Any]:
    text = TEXTS[line.key]
    if not text.is_compared and text.effect_of == "seeing":
        is_given = is_given and found.is_seeing_answered
    return {
        "line": line.key,
        "name": text.name,
        "effect_of": text.effect_of,
        "whom": text.whom,
        "assumes": text.assumes,
        "for_comparison": text.is_compared,
        **_effect(line.effect if is_given else None, level),
        "placebo": _effect(line.placebo, PLACEBO_LEVEL),
        "sound": line.is_sound,
    }


def _effect(effect: Effect | None, level: float) -> dict[str, Any]:
    if effect is None or not math.isfinite(effect.value):
        return {"value": None, "interval": None, "standard_error": None}
    interval = effect.interval(level)
    if abs(effect.value) < TINY:
        effect = replace(effect, value=0.0)
    return {
        "value": effect.value,
        "interval": [_finite(interval.low), _finite(interval.high)],
        "standard_error": _finite(effect.standard_error),
    }


def _paths(found: Analysis, asked: CausalAsked) -> dict[str, Any] | None:
    if found.paths is None:
        return None
    effects = {
        key: {"path": path, "means": means, **_effect(getattr(found.paths, key), asked.level)}
        for key, (path, means) in PATHS.items()
        if getattr(found.paths, key) is not None
    }
    return {"effects": effects, "assumes": SPLIT if "direct" in effects else ""}


def _sensitivity(found: Analysis, asked: CausalAsked) -> dict[str, Any] | None:
    line, means = found.lines.get(PLACING_LINE), found.means
    if found.sensitivity is None or line is None or line.effect is None or means is None:
        return None
    low, high = line.effect.interval(asked.level).low, line.effect.interval(asked.level).high
    nearest = 0.0 if low <= 0.0 <= high else min((low, high), key=abs)
    strongest = found.sensitivity.strongest
    return {
        "robustness": found.sensitivity.robustness,
        "robustness_of_interval": found.sensitivity.robustness_of_interval,
        "e_value": _e_value(line.effect.value, means[1], found, asked),
        "e_value_of_interval": _e_value(nearest, means[1], found, asked),
        "strongest": strongest
        and {
            "name": found.rows.names[strongest.place],
            "with_placing": strongest.with_treated,
            "with_outcome": strongest.with_outcome,
        },
    }


def _e_value(effect: float, without: float, found: Analysis, asked: CausalAsked) -> float | None:
    """Return the E-value of a ratio of shares; of amounts, by their standardized difference."""
    if asked.outcome is Outcome.REVENUE:
        spread = float(found.rows.outcome.std())
        return e_value(math.exp(0.91 * effect / spread)) if spread > 0.0 else None
    if without <= 0.0 or without + effect <= 0.0:
        return None
    return e_value((without + effect) / without)


def _chances(rows: Rows) -> dict[str, Any]:
    """Return histograms of the chance, of rows with the item and without it."""
    edges = np.linspace(0.0, 1.0, BINS + 1)
    placed = rows.placed > 0.0
    return {
        "edges": edges.round(4).tolist(),
        "placed": np.histogram(rows.chance[placed], edges)[0].tolist(),
        "not_placed": np.histogram(rows.chance[~placed], edges)[0].tolist(),
    }


def _by_chance(rows: Rows) -> list[dict[str, Any]]:
    """Return, by tenth of the chance, how many lists had the item: it must be as often as said."""
    found = []
    for number in range(10):
        low, high = number / 10.0, (number + 1) / 10.0
        chosen = (rows.chance >= low) & (rows.chance < high + (number == 9))
        if chosen.sum() >= TENTHS_ROWS_MIN:
            found.append(
                {
                    "rows": int(chosen.sum()),
                    "chance": _mean(rows.chance[chosen]),
                    "placed": _mean(rows.placed[chosen]),
                }
            )
    return found


def _mean(values: Floats) -> float:
    return float(values.mean())


def _packages() -> dict[str, str]:
    from importlib.metadata import version  # noqa: PLC0415 - only a report needs it

    return {name: version(name) for name in NAMES}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def as_text(report: dict[str, Any]) -> str:
    """Return the report as JSON; it has no number that JSON does not know."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False)

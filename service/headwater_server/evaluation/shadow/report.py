"""The report of a shadow: that of an evaluation, with what only a shadow knows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from headwater_server.engine.learning.challengers import HIT_RATE
from headwater_server.evaluation.asking.checking import SHARE_MIN, other_build
from headwater_server.evaluation.asking.results import comparisons
from headwater_server.evaluation.asking.wanted import HOW, OWN
from headwater_server.evaluation.comparing.compare import CHAMPION, Ask, Comparison
from headwater_server.evaluation.reports.as_json import About, as_dict
from headwater_server.evaluation.shadow.finding import differs
from headwater_server.evaluation.shadow.quality import drift
from headwater_server.evaluation.shadow.shadow import Shadow
from headwater_server.evaluation.shown.arrays import metrics_of
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import time_ms_of


def report(shadow: Shadow, *, publish_s: float, is_caught_up: bool) -> dict[str, Any]:
    """Return the report on all rows so far; ``publish_s``: when the next one comes."""
    found = as_dict(_about(shadow, is_caught_up=is_caught_up), _figures(shadow))
    found["shadow"] = {
        "policy": shadow.asked.wanted.name,
        "is_own_state": shadow.behind.own is not None,
        "publish_seconds": publish_s,
        "is_caught_up": is_caught_up,
        "folded_offset": shadow.position.offset,
        "folded_time_ms": time_ms_of(shadow.position.offset),
        "entries_behind": max(0, shadow.head.sequence - shadow.position.sequence),
        "answers_late": shadow.ahead.late,
        "answers_max": shadow.asked.answers_max,
        "agreement": _agreement(shadow),
        "quality": _quality(shadow),
        "drift": {"champion": drift(shadow.behind.champion), "shadow": drift(shadow.engine)},
    }
    return found


def _figures(shadow: Shadow) -> dict[str, list[Comparison]]:
    answers, asked = shadow.rows.answers(), shadow.asked
    if not answers or not _is_same_log(shadow):
        return {}
    tables = shadow.rows.tables(asked.wanted.name)
    return {
        metric: comparisons(answers, tables, Ask(metric, asked.level), first_slot=asked.first_slot)
        for metric in metrics_of(answers, asked.metric)
    }


def _is_same_log(shadow: Shadow) -> bool:
    """Whether the champion's chances are those that were logged: else no weight is right."""
    return shadow.behind.same >= SHARE_MIN * shadow.behind.asked


def _quality(shadow: Shadow) -> list[dict[str, Any]]:
    figures = shadow.quality.figures(shadow.behind.champion, shadow.engine, shadow.asked.level)
    if shadow.behind.own is not None:
        return figures
    # one state: a difference to itself says nothing; another ranker's hits are its own
    own = {HIT_RATE} if shadow.asked.wanted.beside else set[str]()
    return [
        one
        if one["name"] in own
        else {key: value for key, value in one.items() if not key.startswith("difference")}
        for one in figures
    ]


def _agreement(shadow: Shadow) -> dict[str, Any] | None:
    rows = [row for row in shadow.rows if row.own is not None]
    if not rows:
        return None
    visitors = np.unique([row.answer.profile for row in rows], return_inverse=True)[1]
    found: dict[str, Any] = {"answers": len(rows)}
    for name, values in (
        ("top_item", [float(row.is_same_top) for row in rows]),
        ("items", [row.in_common for row in rows]),
    ):
        interval = visitor_bootstrap(values, visitors, shadow.asked.level)
        found[name] = {
            "value": float(np.mean(values)),
            "interval": [interval.low, interval.high],
        }
    return found


def _about(shadow: Shadow, *, is_caught_up: bool) -> About:
    asked, rows, ahead = shadow.asked, shadow.rows, shadow.ahead
    wanted, counts = asked.wanted, ahead.collecting.counts
    answers = [row.answer for row in rows]
    unreplayable = counts.unreplayable
    champion = json.loads(shadow.behind.champion.settings.canonical())
    return About(
        name=asked.name,
        asked=(wanted.name,),
        create_time_ms=wall_clock_ms(),
        source=shadow.source.name,
        metric=asked.metric,
        placement=asked.placement or "",
        level=asked.level,
        window_minutes=asked.window_minutes,
        from_offset=ahead.collecting.first.offset,
        until_offset=shadow.position.offset,
        builds=tuple(dict.fromkeys(text for _, text in ahead.collecting.builds)),
        answers={
            "shown": len(answers),
            "visitors": len({one.profile for one in answers}),
            "acts": sum(one.acts for one in answers),
            "slots": sum(len(one.slate.item_ids) for one in answers),
            "unreplayable": dict(unreplayable),
            "unreplayable_share": _share(unreplayable.total(), shadow.behind.asked),
            "unreported": counts.unreported,
            "unreported_share": _share(counts.unreported, shadow.behind.asked),
            "same_chances": shadow.behind.same,
            "asked": shadow.behind.asked,
            "entries": counts.entries,
            "events": counts.events,
        },
        settings={CHAMPION: champion, wanted.name: wanted.settings},
        how={**HOW, wanted.name: wanted.how},
        notes=tuple(_notes(shadow, is_caught_up=is_caught_up)),
    )


def _share(some: int, others: int) -> float:
    return some / (some + others) if some else 0.0


def _notes(shadow: Shadow, *, is_caught_up: bool) -> list[str]:
    notes, behind = list[str](), shadow.behind
    if not is_caught_up:
        at, end = behind.position.sequence, shadow.head.sequence
        notes.append(f"the shadow is catching up: entry {at:,} of {end:,}")
    if not shadow.rows:
        notes.append(
            "no list was asked yet: send impression events with the attribution token; a list "
            f"counts {shadow.asked.window_minutes:g} minutes after it was shown"
        )
    elif not _is_same_log(shadow):
        notes.append(
            f"only {behind.same:,} of {behind.asked:,} answers have the same chances when asked "
            "again, so no estimate is given: `headwater evaluate --check` says why"
        )
    settings = behind.champion.settings
    if problem := shadow.asked.wanted.lacks(settings):
        notes.append(f"{shadow.asked.wanted.name} cannot be asked now: {problem}")
    if not differs(shadow.asked.wanted, settings):
        notes.append(f"{shadow.asked.wanted.name} is in force now: there is nothing to compare")
    if shadow.ahead.late:
        notes.append(
            f"{shadow.ahead.late:,} lists are left out: they were reported later than "
            f"{shadow.asked.window_minutes:g} minutes after the answer"
        )
    if behind.missed:
        notes.append(f"{behind.missed:,} lists are left out: their place is not on this log")
    if len(shadow.rows) == shadow.asked.answers_max:
        notes.append(f"only the newest {len(shadow.rows):,} lists count (--answers-max)")
    if (
        behind.own is not None
        and behind.warm_ms
        and not any(row.own is not None for row in shadow.rows)
    ):
        notes.append(
            f"{shadow.asked.wanted.name}: {OWN}; it began as the champion's, and what it answers "
            f"in the first {shadow.asked.warm_days:g} days does not count (--warm-days)"
        )
    others = {text for _, text in shadow.ahead.collecting.builds if other_build(text)}
    if others:
        notes.append(f"other builds answered, too: {'; '.join(sorted(others))}")
    return notes

"""Figures as JSON and in words."""

from __future__ import annotations

from typing import Any

from headwater_server.personalizer.choosing import APPRENTICE
from headwater_server.personalizer.figures.fold import Figures
from headwater_server.personalizer.figures.group import Day, Group
from headwater_server.personalizer.figures.values import POLICIES
from headwater_server.personalizer.settings import PersonalizerSettings

LEVEL = 0.95
IMITATION_ONLY = (
    "Only imitation can be known, not value: the caller's first action is always shown, so nothing "
    "is known of what others would have earned. Set personalizer_share above 0, such as 0.1, to "
    "learn the value of the policy."
)
NOTHING = "No event's reward wait is over yet."
NO_VALUES = "No event yet, whose reward wait is over, was shown with a share of the policy."
READY = (
    "Ready: with at least {level:.1%} certainty the policy earns more than the baseline. Set "
    "personalizer_mode to online."
)
NOT_READY = "Not ready: the policy may earn less than the baseline ({low:+.4f} to {high:+.4f})."
WORSE = "Not ready: the policy earns less than the baseline ({low:+.4f} to {high:+.4f})."


def as_json(figures: Figures, settings: PersonalizerSettings) -> dict[str, Any]:
    """Return the figures of all slots, and whether the policy is ready."""
    groups = [_group(name, group, settings) for name, group in sorted(figures.groups.items())]
    compared = [one for one in groups if one["values"] is not None]
    return {
        "mode": settings.personalizer_mode,
        "share": settings.personalizer_share,
        "ready": bool(compared) and all(one["ready"] for one in compared),
        "summary": _summary(groups, settings),
        "open": figures.open,
        "late": figures.late,
        "offset": figures.position.offset,
        "entries": figures.position.sequence,
        "level": LEVEL,
        "groups": groups,
    }


def _summary(groups: list[dict[str, Any]], settings: PersonalizerSettings) -> str:
    if not groups:
        return f"{NOTHING} {words}" if (words := _words(None, settings)) != NO_VALUES else NOTHING
    if len(groups) == 1:
        return str(groups[0]["summary"])
    return " ".join(f"{one['slot'] or 'one slot'}: {one['summary']}" for one in groups)


def _group(name: str, group: Group, settings: PersonalizerSettings) -> dict[str, Any]:
    values = _values(group)
    ready = values is not None and values["policyMinusBaseline"]["low"] > 0.0
    return {
        "slot": name,
        **_day(group.total),
        "firstEventMs": group.first_ms,
        "lastEventMs": group.last_ms,
        "withoutValues": group.uncovered,
        "values": values,
        "ready": ready,
        "summary": _words(values, settings),
        "byDay": [{"day": day, **_day(group.days[day])} for day in sorted(group.days)],
    }


def _day(sums: Day) -> dict[str, Any]:
    mean = sums.rewards / sums.decisions if sums.decisions else None
    return {
        "events": sums.decisions,
        "apprenticeEvents": sums.apprentices,
        "baselineShown": sums.baselines,
        "matchRate": sums.match_rate,
        "meanReward": mean,
        "sumOfRewards": sums.rewards,
        "sumOfImitatedRewards": sums.matched_reward,
        "imitatedEvents": sums.matches,
    }


def _values(group: Group) -> dict[str, Any] | None:
    if not group.values.rows:
        return None
    found: dict[str, Any] = {"events": group.values.rows}
    for key, name in (*zip(POLICIES, POLICIES, strict=True), ("policyMinusBaseline", "apart")):
        value, interval = group.values.of(name, LEVEL)
        found[key] = {"value": value, "low": interval.low, "high": interval.high}
    return found


def _words(values: dict[str, Any] | None, settings: PersonalizerSettings) -> str:
    if values is None:
        is_alone = settings.personalizer_mode == APPRENTICE and settings.personalizer_share == 0.0
        return IMITATION_ONLY if is_alone else NO_VALUES
    apart = values["policyMinusBaseline"]
    if apart["low"] > 0.0:
        return READY.format(level=1.0 - (1.0 - LEVEL) / 2.0)
    return (WORSE if apart["high"] < 0.0 else NOT_READY).format(**apart)

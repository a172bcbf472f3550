"""Figures and findings in words, the same on the terminal and on the page."""

from __future__ import annotations

from typing import Any

import numpy as np

NO_OVERLAP = "not enough overlap"
TOO_LITTLE = "too little data"
REFUSALS = frozenset({NO_OVERLAP, TOO_LITTLE})
"""The verdicts that come without a figure."""
NONE = "-"


def number(value: float | None) -> str:
    """Return four digits that count.

    >>> number(0.0123456), number(1234.5), number(None), number(0.0), number(0.0000259)
    ('0.01235', '1,234', '-', '0', '0.0000259')
    """
    if value is None:
        return NONE
    return f"{value:,.0f}" if abs(value) >= 1_000 else _digits(value)


def _digits(value: float) -> str:
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")


def percent(share: float) -> str:
    """Return a share in percent.

    >>> percent(0.934), percent(0.0041), percent(0.0)
    ('93 %', '0.41 %', '0 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.1 or not share else f"{100 * share:.2g} %"


def ends(interval: list[float | None] | None) -> str:
    """Return an interval's ends; null is an end without a bound.

    >>> ends([0.1, 0.25]), ends([0.1, None]), ends(None)
    ('0.1 to 0.25', '0.1 and more', '-')
    """
    if interval is None or interval == [None, None]:
        return NONE
    low, high = interval
    if high is None:
        return f"{number(low)} and more"
    return f"{number(low)} to {number(high)}" if low is not None else f"{number(high)} and less"


def between(difference: float | None, interval: list[float | None] | None) -> str:
    """Return a difference with its sign and its ends.

    >>> between(0.01, [-0.002, 0.022])
    '+0.01 (-0.002 to +0.022)'
    """
    if difference is None or interval is None:
        return NONE
    low, high = (NONE if end is None else _signed(end) for end in interval)
    return f"{_signed(difference)} ({low} to {high})"


def _signed(value: float) -> str:
    return f"{'+' if value > 0.0 else ''}{number(value)}"


def experiment_line(policy: dict[str, Any], lift: float) -> str:
    """Return what an experiment needs, for a policy that the log says nothing about."""
    visitors = policy["visitors_needed"]
    if visitors is None:
        return "Nobody acted, so the log does not show how large an experiment has to be."
    return (
        f"An experiment finds a difference of {lift:.0%} with about {visitors:,} visitors, and one "
        f"of {2 * lift:.0%} with {-(-visitors // 4):,}."
    )


def verdict_words(one: dict[str, Any]) -> str:
    """Return a verdict for people; the champion has none.

    >>> verdict_words({"verdict": TOO_LITTLE}), verdict_words({"verdict": None})
    ('too little data', 'as shown')
    """
    return one["verdict"] or "as shown"


def groups_line(policy: dict[str, Any]) -> str:
    """Return where there is enough overlap, for a policy that has too little on all answers.

    >>> parts = {"home": {"verdict": "better"}, "cart": {"verdict": NO_OVERLAP}}
    >>> groups_line({"by_placement": parts})
    'There is enough for the placement home: ask for it alone.'
    """
    found = [
        name for name, part in policy["by_placement"].items() if part["verdict"] not in REFUSALS
    ]
    if not found:
        return ""
    noun = "placement" if len(found) == 1 else "placements"
    return f"There is enough for the {noun} {', '.join(found)}: ask for it alone."


def answers_line(report: dict[str, Any]) -> str:
    """Return what was read.

    >>> answers_line({"answers": {"shown": 1200, "visitors": 300, "skipped": {"is damaged": 2}}})
    '1,200 answers to 300 visitors · 2 lines skipped: is damaged'
    """
    answers = report["answers"]
    parts = [counted(answers["shown"], "answer")]
    if answers.get("visitors"):
        parts[0] += f" to {counted(answers['visitors'], 'visitor')}"
    if "acts" in answers:
        acts = counted(answers["acts"], "act")
        parts.append(f"{acts} within {report['window_minutes']:g} minutes")
    for reason, count in (answers.get("unreplayable") or {}).items():
        parts.append(f"{count:,} cannot be asked again: {reason}")
    if answers.get("unreported"):
        parts.append(f"{answers['unreported']:,} lists with acts were never reported as seen")
    for reason, count in (answers.get("skipped") or {}).items():
        parts.append(f"{counted(count, 'line')} skipped: {reason}")
    return " · ".join(parts)


def counted(count: int, noun: str) -> str:
    """Return how many there are.

    >>> counted(1, "list"), counted(1_200, "list")
    ('1 list', '1,200 lists')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def check_line(check: dict[str, Any]) -> str:
    """Return how many answers were the same when they were asked again."""
    text = f"{check['equal']:,} of {check['asked']:,} answers are the same when asked again"
    first = check.get("first_difference")
    if not first:
        return text
    return f"{text}; the first that differs: {first['recommendation_id']} {first['reason']}"

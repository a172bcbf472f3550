"""Two plots as SVG text: differences with their intervals, and a figure over tenths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from headwater_server.evaluation.reports.words import REFUSALS, number

WIDTH, LEFT, RIGHT, ROW = 760.0, 170.0, 24.0, 34.0
TENTH_WIDTH, TENTH_HEIGHT = 760.0, 190.0
NAME_CHARACTERS = 22


@dataclass(frozen=True)
class Scale:
    """Places figures from ``low`` to ``high`` between two ends of a drawing."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Scale:
        """Return the scale that holds all values, with a margin."""
        low, high = min(values), max(values)
        margin = 0.08 * (high - low) or max(abs(high), 1.0) * 0.1
        return cls(low - margin, high + margin, start, end)

    def __call__(self, value: float) -> float:
        """Return the place of a value.

        >>> Scale(0.0, 10.0, 100.0, 200.0)(5.0)
        150.0
        """
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def differences(policies: Sequence[dict[str, Any]]) -> str:
    """Return each policy's difference to the champion with its interval; "" if there is none."""
    rows = [one for one in policies if one["difference_interval"]]
    ends = [end for one in rows for end in one["difference_interval"] if end is not None]
    if not ends:
        return ""
    at = Scale.over([0.0, *ends], LEFT, WIDTH - RIGHT)
    height = ROW * len(policies) + 40
    drawn = [_row(one, ROW * place + 24, at) for place, one in enumerate(policies)]
    marks = [(at(value), number(value)) for value in (at.low, 0.0, at.high)]
    labels = "".join(
        f'<text class="soft" x="{x}" y="{height - 6}" text-anchor="{anchor}">{text}</text>'
        for (x, text), anchor in zip(marks, ("start", "middle", "end"), strict=True)
    )
    zero = f'<line class="zero" x1="{at(0.0)}" x2="{at(0.0)}" y1="4" y2="{height - 22}"/>'
    return drawing(WIDTH, height, zero + "".join(drawn) + labels, "differences to the champion")


def tenths(policy: dict[str, Any], champion: dict[str, Any]) -> str:
    """Return a policy's value over the tenths of the answers, with its interval as a band."""
    values = [
        number
        for one in (policy, champion)
        for tenth in one["by_tenth"]
        for number in (tenth["value"], *(tenth["interval"] or ()))
        if number is not None
    ]
    has_value = any(tenth["value"] is not None for tenth in policy["by_tenth"])
    if not has_value or policy is champion:
        return ""
    across = Scale(0.0, 9.0, 60.0, TENTH_WIDTH - RIGHT)
    up = Scale.over(values, TENTH_HEIGHT - 26, 10)
    axis = "".join(
        f'<line class="axis" x1="60" x2="{TENTH_WIDTH - RIGHT}" y1="{up(v)}" y2="{up(v)}"/>'
        f'<text class="soft" x="54" y="{up(v) + 4}" text-anchor="end">{number(v)}</text>'
        for v in (min(values), max(values))
    )
    labels = "".join(
        f'<text class="soft" x="{across(n)}" y="{TENTH_HEIGHT - 6}" text-anchor="middle">{n + 1}'
        "</text>"
        for n in range(10)
    )
    lines = _series(policy, across, up, kind_of(policy)) + _series(champion, across, up, "plain")
    title = f"{policy['policy']} and champion by tenth"
    return drawing(TENTH_WIDTH, TENTH_HEIGHT, axis + labels + lines, title)


def kind_of(policy: dict[str, Any]) -> str:
    """Return the class that colors a verdict."""
    verdict = policy["verdict"]
    return verdict if verdict in ("better", "worse") else "none" if verdict in REFUSALS else "plain"


def _row(one: dict[str, Any], y: float, at: Scale) -> str:
    name = one["policy"]
    short = name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1] + "…"
    label = f'<text x="0" y="{y + 4}">{escape(short)}</text>'
    interval = one["difference_interval"]
    if not interval:
        said = one["verdict"] or "as shown"
        return f'{label}<text class="soft" x="{LEFT}" y="{y + 4}">{escape(said)}</text>'
    low, high = interval
    x1 = at.start if low is None else at(low)
    x2 = at.end if high is None else at(high)
    return (
        f'<g class="{kind_of(one)}">{label}'
        f'<line class="range" x1="{x1}" x2="{x2}" y1="{y}" y2="{y}"/>'
        f'<circle class="point" cx="{at(one["difference"])}" cy="{y}" r="5"/></g>'
    )


def _series(policy: dict[str, Any], across: Scale, up: Scale, kind: str) -> str:
    shown = [
        (across(n), tenth)
        for n, tenth in enumerate(policy["by_tenth"])
        if tenth["value"] is not None
    ]
    points = " ".join(f"{x},{up(tenth['value'])}" for x, tenth in shown)
    dots = "".join(
        f'<circle class="point" cx="{x}" cy="{up(tenth["value"])}" r="3"/>' for x, tenth in shown
    )
    ranges = "".join(
        f'<line class="range" opacity=".35" x1="{x}" x2="{x}" y1="{up(low)}" y2="{up(high)}"/>'
        for x, tenth in shown
        for low, high in [tenth["interval"] or (None, None)]
        if low is not None and high is not None
    )
    return f'<g class="{kind}">{ranges}<polyline class="path" points="{points}"/>{dots}</g>'


def drawing(width: float, height: float, inside: str, title: str) -> str:
    """Return an image of this size; ``inside`` is SVG already, the title is escaped here."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )

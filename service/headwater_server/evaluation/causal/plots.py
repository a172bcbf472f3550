"""Three plots as SVG: balance (Love plot), chances of both groups, effects with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from headwater_server.evaluation.reports.svg import Scale, drawing
from headwater_server.evaluation.reports.words import number
from headwater_server.inference.causal.balance import DIFFERENCE_MAX

WIDTH, LEFT, RIGHT, ROW = 760.0, 260.0, 24.0, 26.0
NAME_CHARACTERS = 36
SHAPES = (("before", "none"), ("matched", "better"), ("weighted", "plain"))
HISTOGRAM_HEIGHT, HALF = 240.0, 100.0


def love(balance: Sequence[dict[str, Any]]) -> str:
    """Return the standardized difference of each covariate, before and after; "" without any."""
    if not balance:
        return ""
    rows = sorted(balance, key=lambda one: -abs(one["before"]))
    values = [abs(one[key]) for one in rows for key, _ in SHAPES if one[key] is not None]
    at = Scale(0.0, max(0.25, 1.05 * max(values)), LEFT, WIDTH - RIGHT)
    height = ROW * len(rows) + 34.0
    inside = [_upright(at(DIFFERENCE_MAX), height, "zero"), _upright(at(0.0), height, "axis")]
    for place, one in enumerate(rows):
        y = ROW * place + 16.0
        inside.append(_name(one["name"], y))
        inside.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        for key, tone in SHAPES:
            if one[key] is not None:
                inside.append(_point(at(abs(one[key])), y, tone, 4))
    inside += [_label(at(v), height, v) for v in (0.0, DIFFERENCE_MAX, at.high)]
    return drawing(WIDTH, height, "".join(inside), "standardized differences")


def chances(found: dict[str, Any]) -> str:
    """Return the histograms of the chance: rows with the item above, without it below.

    Heights are square roots of counts, since most chances are near 0.
    """
    up, down, edges = found["placed"], found["not_placed"], found["edges"]
    most = max(1, *up, *down)
    across = Scale(0.0, 1.0, 60.0, WIDTH - RIGHT)
    middle = HISTOGRAM_HEIGHT / 2.0 - 8.0
    bars = []
    for place in range(len(up)):
        x, end = across(edges[place]), across(edges[place + 1])
        for count, tone, is_up in ((up[place], "plain", True), (down[place], "none", False)):
            size = HALF * (count / most) ** 0.5
            y = middle - size if is_up else middle
            bars.append(
                f'<g class="{tone}"><rect class="point" x="{x + 1:g}" width="{end - x - 2:g}" '
                f'y="{y:g}" height="{size:g}"><title>{count:,}</title></rect></g>'
            )
    labels = [_label(across(v), HISTOGRAM_HEIGHT, v) for v in (0.0, 0.25, 0.5, 0.75, 1.0)]
    texts = (
        f'<text class="soft" x="54" y="24" text-anchor="end">with</text>'
        f'<text class="soft" x="54" y="{2 * middle - 10:g}" text-anchor="end">without</text>'
    )
    axis = f'<line class="axis" x1="60" x2="{WIDTH - RIGHT}" y1="{middle}" y2="{middle}"/>'
    inside = "".join([*bars, axis, texts, *labels])
    return drawing(WIDTH, HISTOGRAM_HEIGHT, inside, "chance to be in the list, by group")


def effects(lines: Sequence[dict[str, Any]]) -> str:
    """Return the lines that have a value, with intervals; "" if none has."""
    rows = [one for one in lines if one["value"] is not None]
    ends = [end for one in rows for end in one["interval"] if end is not None]
    if not ends:
        return ""
    at = Scale.over([0.0, *ends], LEFT, WIDTH - RIGHT)
    height = ROW * len(rows) + 34.0
    inside = [_upright(at(0.0), height, "zero")]
    for place, one in enumerate(rows):
        y = ROW * place + 16.0
        tone = "none" if one["for_comparison"] else "worse" if one["sound"] is False else "plain"
        low, high = one["interval"]
        x1, x2 = (at.start if low is None else at(low)), (at.end if high is None else at(high))
        inside.append(_name(one["name"], y))
        inside.append(
            f'<g class="{tone}"><line class="range" x1="{x1}" x2="{x2}" y1="{y}" y2="{y}"/></g>'
        )
        inside.append(_point(at(one["value"]), y, tone, 5))
    inside += [_label(at(v), height, v) for v in (at.low, 0.0, at.high)]
    return drawing(WIDTH, height, "".join(inside), "effects with their intervals")


def _name(text: str, y: float) -> str:
    short = text if len(text) <= NAME_CHARACTERS else text[: NAME_CHARACTERS - 1] + "…"
    return f'<text x="0" y="{y + 4}">{escape(short)}</text>'


def _point(x: float, y: float, tone: str, radius: int) -> str:
    return f'<g class="{tone}"><circle class="point" cx="{x}" cy="{y}" r="{radius}"/></g>'


def _upright(x: float, height: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="4" y2="{height - 22}"/>'


def _label(x: float, height: float, value: float) -> str:
    at_end = x > WIDTH - RIGHT - 30
    anchor = "end" if at_end else "middle"
    return (
        f'<text class="soft" x="{x}" y="{height - 6}" text-anchor="{anchor}">{number(value)}</text>'
    )

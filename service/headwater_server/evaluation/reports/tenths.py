"""Hit rates by tenth of the events as SVG: a line for each recommender, bands for intervals."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from headwater_server.evaluation.beside import Compared
from headwater_server.evaluation.reports.svg import Scale

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM = 760.0, 330.0, 60.0, 24.0, 62.0
COLORS = ("#0969da", "#bf5b04", "#1a7f37", "#8250df", "#57606a")
"""Distinct on white and on black; the dashes distinguish them without colors."""
DASHES = ("", "6 3", "2 3", "9 3 2 3", "1 4")


def tenths_plot(compared: Sequence[Compared]) -> str:
    """Return the drawing; tenths without a question are left out."""
    ends = [end for one in compared for end in _ends(one)]
    across = Scale(0.0, 9.0, LEFT, WIDTH - RIGHT)
    up = Scale(0.0, max([*ends, 0.01]) * 1.05, HEIGHT - BOTTOM, 12.0)
    lines = [_line(one, number, across, up) for number, one in enumerate(compared)]
    legend = [_legend(one.name, number, len(compared)) for number, one in enumerate(compared)]
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" xmlns="http://www.w3.org/2000/svg" '
        f'aria-label="hit rate at 20 by tenth of the events">{_axes(across, up)}'
        f"{''.join(lines)}{''.join(legend)}</svg>"
    )


def _ends(one: Compared) -> list[float]:
    highs = [interval.high for interval in one.intervals_by_tenth if interval]
    return highs + [rate for rate in one.by_tenth if rate is not None]


def _axes(across: Scale, up: Scale) -> str:
    values = [up.high * step / 4 for step in range(5)]
    rows = "".join(
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(v)}" y2="{up(v)}"/>'
        f'<text class="soft" x="{LEFT - 6}" y="{up(v) + 4}" text-anchor="end">{v:.2f}</text>'
        for v in values
    )
    columns = "".join(
        f'<text class="soft" x="{across(n)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
        f"{n + 1}</text>"
        for n in range(10)
    )
    return rows + columns


def _line(one: Compared, number: int, across: Scale, up: Scale) -> str:
    color, dash = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)]
    shown = [(across(n), rate) for n, rate in enumerate(one.by_tenth) if rate is not None]
    points = " ".join(f"{x},{up(rate)}" for x, rate in shown)
    band = _band(one, color, across, up)
    return (
        f'{band}<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2" '
        f'stroke-dasharray="{dash}"/>'
    )


def _band(one: Compared, color: str, across: Scale, up: Scale) -> str:
    found = [(across(n), i) for n, i in enumerate(one.intervals_by_tenth) if i]
    if not found:
        return ""
    ends = [(x, up(i.high)) for x, i in found] + [(x, up(i.low)) for x, i in reversed(found)]
    points = " ".join(f"{x},{y}" for x, y in ends)
    return f'<polygon points="{points}" fill="{color}" opacity="0.15"/>'


def _legend(name: str, number: int, count: int) -> str:
    x = LEFT + (WIDTH - LEFT - RIGHT) * number / max(1, count)
    color, dash, y = COLORS[number % len(COLORS)], DASHES[number % len(DASHES)], HEIGHT - 16
    return (
        f'<line x1="{x:g}" x2="{x + 26:g}" y1="{y - 4:g}" y2="{y - 4:g}" stroke="{color}" '
        f'stroke-width="2" stroke-dasharray="{dash}"/>'
        f'<text class="soft" x="{x + 32:g}" y="{y:g}">{escape(name)}</text>'
    )

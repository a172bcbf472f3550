"""A backtest as one page: what Headwater is beside popularity, co-visitation and chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from headwater_server.evaluation.beside import VISITORS_MIN, Compared
from headwater_server.evaluation.reports.document import document
from headwater_server.evaluation.reports.tenths import tenths_plot
from headwater_server.evaluation.strangers import CHUNK_EVENTS

HEADS = (
    "recommender", "hit rate@20", "95 % interval", "ndcg@20", "mrr@20", "first event", "strangers",
    "Headwater is",
)  # fmt: skip
NEW_HEADS = "first event", "strangers"
"""The columns about visitors without a history."""
_HOW = (
    '<p class="soft">Before each event every recommender names 20 items; it is a hit if the '
    "event's item is one of them. Intervals draw visitors again, with all of their events; "
    f"below {VISITORS_MIN} visitors there are none. First event: the hit rate of visitors without "
    f"any event before. Strangers: that of lists asked for before each {CHUNK_EVENTS:,} events are "
    "learned, for visitors without a history.</p>"
)


def backtest_page(compared: Sequence[Compared], figures: Mapping[str, Any], name: str) -> str:
    """Return the page. ``figures`` are the report of `evaluation.report.as_dict`."""
    title = f"Backtest: {name}"
    caption = (
        "Hit rate at 20 by tenth of the events, with 95 % intervals. The first tenth is learned "
        "and not counted."
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{figures["rows"]:,} events, {figures["events"]:,} questions</p>',
        f"<figure><div>{tenths_plot(compared)}</div><figcaption>{caption}</figcaption></figure>",
        _table(compared),
        _HOW,
        "".join(
            f'<p class="soft">{escape(one.name)}: {escape(one.settings)}.</p>' for one in compared
        ),
        f'<p class="soft">Command: <code>{escape(figures["command"])}</code></p>',
    ]
    return document(title, parts)


def _table(compared: Sequence[Compared]) -> str:
    head = "".join(f"<th>{cell}</th>" for cell in HEADS)
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in cells(one)) for one in compared)
    return (
        f'<div class="wide"><table><tr>{head}</tr><tr>{"</tr><tr>".join(rows)}</tr></table></div>'
    )


def cells(one: Compared) -> tuple[str, ...]:
    """Return the cells of a row, for the page and for the terminal."""
    figures, interval, lead = one.figures, one.interval, one.lead_interval
    between = f"{interval.low:.3f} to {interval.high:.3f}" if interval else "-"
    times = f"{_rounded(one.lead)} times" if one.lead else ""
    if lead:
        times += f" ({_rounded(lead.low)} to {_rounded(lead.high)})"
    names = ("hit_rate_at_20", "ndcg_at_20", "mrr_at_20")
    rates = ["-" if figures[key] is None else f"{figures[key]:.4f}" for key in names]
    new = ["-" if rate is None else f"{rate:.4f}" for rate in (one.first, one.strangers)]
    return (one.name, rates[0], between, rates[1], rates[2], *new, times)


def _rounded(times: float) -> str:
    """Return three digits that count.

    >>> _rounded(1.0345), _rounded(10.04), _rounded(float("inf"))
    ('1.03', '10', 'any number')
    """
    if times == float("inf"):
        return "any number"
    return f"{times:.2f}" if times < 10 else f"{times:.0f}"

"""The report as one page of HTML that asks for nothing else: no script, no font, no image."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from headwater_server.evaluation.causal import plots, words
from headwater_server.evaluation.reports.document import document
from headwater_server.evaluation.reports.sections import facts, table
from headwater_server.evaluation.reports.words import number, percent

LOVE = (
    "Standardized differences between lists with it and without it: before (amber), matched "
    "(green), weighted (blue). The dashed line is 0.1, the most that may be after weighting."
)
CHANCES = (
    "The replayed chance to be in the list, of lists with it (blue, above) and without it (amber, "
    "below); heights are square roots of counts. Where one group is missing, there is nothing to "
    "compare."
)
EFFECTS = "Amber: for comparison only. Blue: by the replayed draw. Red: marked by its placebo."


def page(report: dict[str, Any]) -> str:
    """Return the page; every text of the report is escaped."""
    name = words.title(report)
    parts = [_head(report, name)]
    for effect_of, heading in (("placing", "Placing it"), ("seeing", "Being seen")):
        parts.append(_effects(report, effect_of, heading))
    parts += [_lines(report), _paths(report), _checks(report), _sensitivity(report), facts(report)]
    return document(name, parts)


def _head(report: dict[str, Any], name: str) -> str:
    time = datetime.fromtimestamp(report["create_time_ms"] / 1_000, UTC)
    boxes = []
    for key, text in zip(("placing", "seeing"), words.headlines(report), strict=True):
        tone = "none" if report["headline"][key]["value"] is None else "plain"
        boxes.append(f'<div class="box {tone}"><p>{escape(text)}</p></div>')
    notes = "".join(f'<p class="soft">{escape(note)}</p>' for note in report["notes"])
    return (
        f"<h1>{escape(name)}</h1>"
        f'<p class="soft">{time:%Y-%m-%d %H:%M} UTC</p>'
        f"<p>{escape(words.read_line(report))}</p>{''.join(boxes)}{notes}"
    )


def _effects(report: dict[str, Any], effect_of: str, heading: str) -> str:
    chosen = [one for one in report["lines"] if one["effect_of"] == effect_of]
    plot = plots.effects(chosen)
    return f"<h2>{heading}</h2>{_figure(plot, EFFECTS)}" if plot else ""


def _lines(report: dict[str, Any]) -> str:
    if not report["lines"]:
        return ""
    rows = [list(map(escape, words.cells(one))) for one in report["lines"]]
    said = "".join(
        f"<dt>{escape(one['name'])}</dt><dd>{escape(one['whom'])}. Assumes: "
        f"{escape(one['assumes'])}.</dd>"
        for one in report["lines"]
    )
    return (
        f"<h2>All lines</h2>{table(words.HEADS, rows)}"
        f"<h3>Whom each line speaks of, and what it assumes</h3><dl>{said}</dl>"
    )


def _paths(report: dict[str, Any]) -> str:
    texts = words.path_lines(report)
    return f"<h2>Paths of the structural model</h2>{_paragraphs(texts)}" if texts else ""


def _checks(report: dict[str, Any]) -> str:
    texts = [words.balance_line(report), words.first_stage_line(report)]
    parts = ["<h2>Are the groups alike?</h2>", _paragraphs([one for one in texts if one])]
    if plot := plots.love(report["balance"]):
        parts += [_figure(plot, LOVE), _balance(report)]
    parts.append(_figure(plots.chances(report["chances"]), CHANCES))
    if report["by_chance"]:
        names = ("rows", "replayed chance", "share that had it")
        rows = [
            (f"{one['rows']:,}", percent(one["chance"]), percent(one["placed"]))
            for one in report["by_chance"]
        ]
        parts.append(f"<h3>Is the chance right?</h3>{table(names, rows)}")
    return "".join(parts)


def _sensitivity(report: dict[str, Any]) -> str:
    texts = words.sensitivity_lines(report)
    return f"<h2>What would have to be hidden</h2>{_paragraphs(texts)}" if texts else ""


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _figure(plot: str, caption: str) -> str:
    return f"<figure><div>{plot}</div><figcaption>{escape(caption)}</figcaption></figure>"


def _balance(report: dict[str, Any]) -> str:
    rows = [
        (escape(one["name"]), *(number(one[key]) for key in ("before", "weighted", "matched")))
        for one in report["balance"]
    ]
    inside = table(("covariate", "before", "weighted", "matched"), rows)
    return f"<details><summary>The differences as figures</summary>{inside}</details>"

"""The report as one page of HTML that asks for nothing else: no script, no font, no image."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.evaluation.reports import svg
from headwater_server.evaluation.reports.document import document
from headwater_server.evaluation.reports.sections import (
    assumptions,
    details_of,
    facts,
    figures_table,
)
from headwater_server.evaluation.reports.shadow_words import shadow_lines
from headwater_server.evaluation.reports.words import (
    REFUSALS,
    answers_line,
    check_line,
    experiment_line,
    groups_line,
    verdict_words,
)


def page(report: dict[str, Any]) -> str:
    """Return the page; every text of the report is escaped."""
    metrics = list(dict.fromkeys(one["metric"] for one in report["policies"]))
    title = f"Evaluation: {report['name']}"
    parts = [_head(report, title)]
    for metric in metrics:
        policies = [one for one in report["policies"] if one["metric"] == metric]
        parts.append(_metric(metric, policies, report))
    parts += [assumptions(report), facts(report)]
    return document(title, parts)


def _head(report: dict[str, Any], title: str) -> str:
    time = datetime.fromtimestamp(report["create_time_ms"] / 1_000, UTC)
    placement = report["placement"] or "all placements"
    below = f"{report['metric']} · {placement} · {time:%Y-%m-%d %H:%M} UTC"
    lines = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(below)}</p>',
        f"<p>{escape(answers_line(report))}</p>",
    ]
    if report["check"]:
        lines.append(f"<p>{escape(check_line(report['check']))}</p>")
    lines += [f"<p>{escape(line)}</p>" for line in shadow_lines(report)]
    lines += [f'<p class="soft">{escape(note)}</p>' for note in report["notes"]]
    return "".join(lines)


def _metric(metric: str, policies: Sequence[dict[str, Any]], report: dict[str, Any]) -> str:
    plot = svg.differences([one for one in policies if one["policy"] != CHAMPION])
    drawn = ""
    if plot:
        caption = f"Difference to the champion with its {report['level']:.0%} interval"
        drawn = f"<figure><div>{plot}</div><figcaption>{caption}</figcaption></figure>"
    boxes = "".join(_help(one, report["lift"]) for one in policies if one["verdict"] in REFUSALS)
    champion = next(one for one in policies if one["policy"] == CHAMPION)
    more = "".join(details_of(one, champion) for one in policies)
    return (
        f"<h2>{escape(metric)} by answer</h2>{drawn}{figures_table(policies, report['level'])}"
        f"{boxes}<h2>Each policy</h2>{more}"
    )


def _help(one: dict[str, Any], lift: float) -> str:
    """Return why nothing can be said about a policy, and what would answer."""
    reasons = "; ".join(one["problems"]) + "."
    lines = (line for line in (reasons, groups_line(one), experiment_line(one, lift)) if line)
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<div class="box none"><span class="verdict">{escape(one["policy"])}: '
        f"{escape(verdict_words(one))}</span>{said}</div>"
    )

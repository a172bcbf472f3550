"""The parts of the page: the table, the details of a policy, what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.evaluation.reports import svg
from headwater_server.evaluation.reports.words import between, ends, number, percent, verdict_words

DEVIATION = (
    "Each list is one deviation: the policy answers one question in the place of the champion, and "
    "afterwards the champion goes on. What a policy would change over weeks, such as what the "
    "model learns or what visitors get used to, is not in the figures."
)
CHANCES = (
    "The chances with which items were shown are those that were drawn with. If that is true, the "
    "mean weight is near 1. What a policy shows and the champion never shows is unsupported: no "
    "row speaks of it."
)
SLOTS = (
    "In lists, an item earns the same in any slot and beside any other items. So a policy that "
    "only sorts the same items in another order looks equal."
)
LOOKS = (
    "Visitors do not depend on each other. Intervals are for one look, and for each policy alone: "
    "of twenty policies that are like the champion, about one is called better or worse by chance."
)


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose cells are HTML already."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    inside = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{inside}</table></div>'


def figures_table(policies: Sequence[dict[str, Any]], level: float) -> str:
    """Return the table of all policies, as the terminal shows it."""
    wide = any(one["always_valid"] for one in policies)
    names = ["policy", "value", f"{level:.0%} interval", "against champion", "verdict", "worth"]
    rows = []
    for one in policies:
        verdict = escape(verdict_words(one))
        cells = [
            escape(one["policy"]),
            number(one["value"]),
            ends(one["interval"]),
            between(one["difference"], one["difference_interval"]),
            f'<span class="verdict {svg.kind_of(one)}">{verdict}</span>',
            percent(one["effective_share"]),
        ]
        rows.append([*cells, *([ends(one["always_valid"])] if wide else [])])
    return table([*names, *(["always valid (wide)"] if wide else [])], rows)


def details_of(one: dict[str, Any], champion: dict[str, Any]) -> str:
    """Return what can be unfolded about a policy."""
    parts = [f"<p>{escape(one['how'])}</p>"] if one["how"] else []
    if one["settings"]:
        text = json.dumps(one["settings"], indent=2, ensure_ascii=False)
        parts.append(f"<pre>{escape(text)}</pre>")
    parts.append(_weights(one))
    if plot := svg.tenths(one, champion):
        caption = "By tenth of the answers, in time; the blue line is the champion"
        parts.append(f"<figure><div>{plot}</div><figcaption>{caption}</figcaption></figure>")
    if one["by_placement"]:
        parts.append("<h3>By placement</h3>" + _placements(one))
    opened = " open" if one["policy"] != CHAMPION else ""
    return f"<details{opened}><summary>{escape(one['policy'])}</summary>{''.join(parts)}</details>"


def _weights(one: dict[str, Any]) -> str:
    facts = {
        "estimator": one["estimator"],
        "answers": f"{one['answers']:,} to {one['visitors']:,} visitors",
        "worth": f"{number(one['effective_rows'])} rows, {number(one['effective_acts'])} acts",
        "mean weight": number(one["mean_weight"]),
        "largest weights": ", ".join(number(weight) for weight in one["largest_weights"]),
        "largest share": percent(one["largest_share"]),
        "unsupported": percent(one["unsupported"]),
        **{name.replace("_", " "): number(value) for name, value in one["beside"].items()},
    }
    if one["own_rows"] is not None:
        facts["its own rows"] = number(one["own_rows"])
    return _facts(facts)


def _placements(one: dict[str, Any]) -> str:
    names = ("placement", "answers", "value", "interval", "against champion", "verdict", "worth")
    rows = (
        (
            escape(name),
            f"{part['answers']:,}",
            number(part["value"]),
            ends(part["interval"]),
            between(part["difference"], part["difference_interval"]),
            escape(verdict_words(part)),
            percent(part["effective_share"]),
        )
        for name, part in one["by_placement"].items()
    )
    return table(names, rows)


def assumptions(report: dict[str, Any]) -> str:
    """Return what the figures assume: of rows, of lists."""
    is_lists = any(one["estimator"] == "in_list" for one in report["policies"])
    is_log = report["window_minutes"] is not None
    given = ((DEVIATION, is_log), (CHANCES, True), (SLOTS, is_lists), (LOOKS, True))
    texts = "".join(f"<p>{escape(text)}</p>" for text, applies in given if applies)
    return f"<h2>What the figures assume</h2>{texts}"


def facts(report: dict[str, Any]) -> str:
    """Return where the figures come from: so that anyone can make them again."""
    found: dict[str, str] = {str(name): str(value) for name, value in report["source"].items()}
    for name in ("from_offset", "until_offset", "digest"):
        if report[name]:
            found[name.replace("_", " ")] = report[name]
    if report["builds"]:
        found["builds"] = ", ".join(report["builds"])
    found["versions"] = ", ".join(f"{name} {text}" for name, text in report["versions"].items())
    found["command"] = report["command"]
    return f"<h2>Where they come from</h2>{_facts(found)}"


def _facts(found: dict[str, str]) -> str:
    pairs = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in found.items())
    return f"<dl>{''.join(pairs)}</dl>"

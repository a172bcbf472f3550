"""The findings in words, the same on the terminal and on the page."""

from __future__ import annotations

from typing import Any

from headwater_server.evaluation.reports.words import NONE, between, number, percent

DOES = {"placing": "Placing it in the list", "seeing": "Being seen in the list"}
CANNOT = {"placing": "No figure for placing", "seeing": "No figure for being seen"}
MARKS = {True: "holds", False: "UNSOUND", None: NONE}
SAYS = {
    "purchase": "end with a purchase of it",
    "act": "end with an act on it (a view, click, purchase, ...)",
}


def title(report: dict[str, Any]) -> str:
    """Return what the report is about.

    >>> asked = {"subject": "the item tent", "placement": "home", "outcome": "act"}
    >>> title({**asked, "window_hours": 72.0})
    'The item tent at home: act within 72 hours'
    """
    subject = report["subject"]
    place = report["placement"] or "all placements"
    hours = report["window_hours"]
    window = f"{hours:g} hour{'s' * (hours != 1.0)}"
    return f"{subject[:1].upper()}{subject[1:]} at {place}: {report['outcome']} within {window}"


def read_line(report: dict[str, Any]) -> str:
    """Return what was read, and what is left."""
    counts = report["counts"]
    parts = [f"{counts['shown']:,} lists were shown"]
    for reason, count in counts["unreplayable"].items():
        parts.append(f"{count:,} more cannot be asked again: {reason}")
    parts.append(f"{counts['rows']:,} rows (a list with a candidate)")
    out = counts["below"] + counts["above"]
    if out:
        parts.append(
            f"{out:,} left out, since the chance was below {counts['chance_from']:g} "
            f"({counts['below']:,}) or above {counts['chance_to']:g} ({counts['above']:,})"
        )
    parts.append(
        f"{counts['placed']:,} with it and {counts['not_placed']:,} without it, of "
        f"{counts['visitors']:,} visitors"
    )
    return " · ".join(parts)


def headlines(report: dict[str, Any]) -> list[str]:
    """Return the two answers, or why there is none."""
    return [_headline(report, name) for name in ("placing", "seeing")]


def _headline(report: dict[str, Any], name: str) -> str:
    head = report["headline"][name]
    if head["value"] is None:
        return f"{CANNOT[name]}: {'; '.join(head['problems'])}."
    low, high = head["interval"]
    unsure = low is None or high is None or low <= 0.0 <= high
    said = f"{DOES[name]}: {amount(head['value'], report)} {_of_what(report)}"
    said += f" ({span(head['interval'], report)})"
    if name == "placing" and head["mean_without"] is not None:
        without, with_it = (plain(head[key], report) for key in ("mean_without", "mean_with"))
        said += f", from {without} without it to {with_it} with it"
    if name == "seeing":
        said += ", where the visitor sees it if it is there"
    return said + (". The interval contains 0: no effect was found." if unsure else ".")


def _of_what(report: dict[str, Any]) -> str:
    if report["outcome"] == "revenue":
        return "by list"
    return f"lists of 100 {SAYS[report['outcome']]}"


def plain(value: float, report: dict[str, Any]) -> str:
    """Return a mean outcome in the reader's unit.

    >>> plain(0.0312, {"outcome": "purchase"})
    '3.12'
    >>> plain(1.5, {"outcome": "revenue", "currency": "EUR"})
    '1.5 EUR'
    """
    if report["outcome"] == "revenue":
        return f"{three(value)} {report['currency']}".strip()
    return three(100.0 * value)


def three(value: float) -> str:
    """Return three digits that count.

    >>> three(1.07724), three(1234.5)
    ('1.08', '1,234')
    """
    return number(float(f"{value:.3g}")) if abs(value) < 1_000 else number(value)


def amount(value: float, report: dict[str, Any]) -> str:
    """Return an effect with its sign in the reader's unit: by 100 lists, or money by list."""
    return f"{'+' if value > 0.0 else ''}{plain(value, report)}"


def span(interval: list[float | None], report: dict[str, Any]) -> str:
    """Return an interval in the reader's unit, with its level."""
    scale = 1.0 if report["outcome"] == "revenue" else 100.0
    low, high = (None if end is None else three(scale * end) for end in interval)
    return f"{report['level']:.0%} interval {low or 'no bound'} to {high or 'no bound'}"


def cells(line: dict[str, Any]) -> list[str]:
    """Return a line of the table, as text."""
    placebo = line["placebo"]
    compared = "for comparison" if line["for_comparison"] else ""
    return [
        line["name"],
        line["effect_of"],
        between(line["value"], line["interval"]),
        between(placebo["value"], placebo["interval"]),
        MARKS[line["sound"]],
        compared,
    ]


HEADS = ("line", "effect of", "effect (interval)", "placebo (99% interval)", "placebo says", "")


def balance_line(report: dict[str, Any]) -> str:
    """Return how alike the groups are, in the covariate that differs most.

    >>> balance_line({"balance": [{"name": "score", "before": 0.8, "weighted": 0.02}]})
    'Balance: before weighting, score differs most (0.8 deviations); after it, score (0.02).'
    """
    rows = report["balance"]
    if not rows:
        return ""
    before = max(rows, key=lambda one: abs(one["before"]))
    after = max(rows, key=lambda one: abs(one["weighted"]))
    return (
        f"Balance: before weighting, {before['name']} differs most "
        f"({number(abs(before['before']))} deviations); after it, {after['name']} "
        f"({number(abs(after['weighted']))})."
    )


def first_stage_line(report: dict[str, Any]) -> str:
    """Return how strongly the draw moves who sees.

    >>> first_stage_line({"first_stage_f": 18000.0})
    'First stage: F 18,000 (at least 10 is needed).'
    """
    value = report["first_stage_f"]
    return f"First stage: F {number(value)} (at least 10 is needed)." if value is not None else ""


def sensitivity_lines(report: dict[str, Any]) -> list[str]:
    """Return how strong something hidden must be to explain the effect of placing away."""
    found = report["sensitivity"]
    if found is None:
        return []
    shares = percent(found["robustness"]), percent(found["robustness_of_interval"])
    lines = [
        (
            f"Sensitivity: something hidden would have to explain {shares[0]} of what is left of "
            f"both placing and outcome to bring the effect of placing to 0, and {shares[1]} to "
            "bring the interval to it."
        )
    ]
    if strongest := found["strongest"]:
        lines.append(
            f"The strongest logged covariate, {strongest['name']}, explains "
            f"{percent(strongest['with_placing'])} of placing and "
            f"{percent(strongest['with_outcome'])} of the outcome."
        )
    if found["e_value"] is not None:
        lines.append(
            "E-value: it would have to make both placing and the outcome "
            f"{number(found['e_value'])} times as likely (for the interval: "
            f"{number(found['e_value_of_interval'])} times)."
        )
    return lines


def path_lines(report: dict[str, Any]) -> list[str]:
    """Return the paths of the structural model."""
    paths = report["paths"]
    if paths is None:
        return []
    found = [
        f"{one['path']}: {between(one['value'], one['interval'])}, {one['means']}"
        for one in paths["effects"].values()
    ]
    return [*found, *([paths["assumes"]] if paths["assumes"] else [])]

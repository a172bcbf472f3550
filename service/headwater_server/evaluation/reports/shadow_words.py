"""What a shadow's report says beside its table, in words: for the terminal and for the page."""

from __future__ import annotations

from typing import Any

from headwater_server.evaluation.reports.words import between, ends, number, percent

NAMES = {
    "hit_rate_at_20": "next item among the first 20",
    "log_loss": "log loss of acts",
    "log_loss_base_rate": "log loss of the mean rate",
    "calibration_error": "calibration error",
}


def shadow_lines(report: dict[str, Any]) -> list[str]:
    """Return a line for each thing that only a shadow knows; none for other reports.

    >>> shadow_lines({"shadow": None})
    []
    """
    shadow = report.get("shadow")
    if not shadow:
        return []
    state = "a state of its own" if shadow["is_own_state"] else "the champion's state"
    lines = [f"{shadow['policy']} answers from {state}, folded to {shadow['folded_offset']}"]
    if shadow["agreement"]:
        lines.append(_agreement(shadow["agreement"]))
    lines += [_figure(one) for one in shadow["quality"]]
    champion, own = (shadow["drift"][name] for name in ("champion", "shadow"))
    lines.append(f"drift alarms: champion {_alarms(champion)}, shadow {_alarms(own)}")
    return lines


def _agreement(found: dict[str, Any]) -> str:
    top, items = found["top_item"], found["items"]
    return (
        f"the same first item as was shown in {percent(top['value'])} of {found['answers']:,} "
        f"lists ({_percents(top['interval'])}), {percent(items['value'])} of the items in common"
    )


def _percents(interval: list[float]) -> str:
    return " to ".join(percent(end) for end in interval)


def _figure(one: dict[str, Any]) -> str:
    """Return a figure of both states; where they are one, of that."""
    parts = [f"champion {_value(one, 'champion')}"]
    if "difference" in one:
        parts.append(f"shadow {_value(one, 'shadow')}")
        if one.get("difference_interval"):
            parts.append(between(one["difference"], one["difference_interval"]))
    return f"{NAMES[one['name']]}, {one['count']:,} times: {', '.join(parts)}"


def _value(one: dict[str, Any], name: str) -> str:
    interval = one.get(f"{name}_interval")
    return f"{number(one[name])} ({ends(interval)})" if interval else number(one[name])


def _alarms(found: dict[str, int]) -> str:
    return f"{found['worse']} worse, {found['better']} better"

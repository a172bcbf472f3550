"""The report of an evaluation as plain values: the figures, and all that they rest on."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass, field
from typing import Any

from headwater_server.evaluation.comparing.compare import CHAMPION, LIFT, Comparison
from headwater_server.evaluation.report import versions
from headwater_server.storage.redis.url import shown_url


@dataclass(frozen=True)
class About:
    """What was asked, and of what: the head of a report.

    ``asked`` are the policies that were asked about; others are shown beside them. ``answers``
    counts what was read (shown, acts, unreplayable, skipped lines, ...); ``check`` is the result
    of asking again; ``settings`` has each policy's own settings, ``how`` how it was asked. Offsets
    are "" for a file of rows.
    """

    name: str
    asked: tuple[str, ...]
    create_time_ms: int
    source: dict[str, Any]
    metric: str
    placement: str = ""
    level: float = 0.95
    window_minutes: float | None = None
    from_offset: str = ""
    until_offset: str = ""
    digest: str = ""
    builds: tuple[str, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    check: dict[str, Any] | None = None
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def as_dict(about: About, by_metric: dict[str, list[Comparison]]) -> dict[str, Any]:
    """Return the report; ``by_metric`` has the comparisons of each metric (currency)."""
    return {
        "kind": "headwater evaluation",
        "version": 1,
        "name": about.name,
        "asked": list(about.asked),
        "create_time_ms": about.create_time_ms,
        "metric": about.metric,
        "placement": about.placement,
        "level": about.level,
        "window_minutes": about.window_minutes,
        "from_offset": about.from_offset,
        "until_offset": about.until_offset,
        "source": about.source,
        "answers": about.answers,
        "check": about.check,
        "lift": LIFT,
        "policies": [
            _policy(about, metric, one) for metric, found in by_metric.items() for one in found
        ],
        "notes": list(about.notes),
        "digest": about.digest,
        "builds": list(about.builds),
        "versions": versions(),
        "command": command(sys.argv[1:]),
    }


def command(arguments: list[str]) -> str:
    """Return the command as it was called, without the passwords of URLs.

    >>> command(["evaluate", "--redis-url", "redis://:secret@store:1"])
    "headwater evaluate --redis-url 'redis://***@store:1'"
    """
    shown = [shown_url(text) if "://" in text else text for text in arguments]
    return shlex.join(["headwater", *shown])


def as_text(report: dict[str, Any]) -> str:
    """Return the report as JSON."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _policy(about: About, metric: str, found: Comparison) -> dict[str, Any]:
    groups = found.by_group if len(found.by_group) > 1 else {}
    return {
        "policy": found.policy,
        "metric": metric,
        **found.total.as_dict(),
        "settings": about.settings.get(found.policy, {}),
        "how": about.how.get(found.policy, _SHOWN if found.policy == CHAMPION else ""),
        "own_rows": about.own.get(found.policy),
        "by_placement": {name: figure.as_dict() for name, figure in groups.items()},
        "by_tenth": [figure.as_dict() for figure in found.by_tenth],
    }


_SHOWN = "what was shown"

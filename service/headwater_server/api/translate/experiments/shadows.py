"""What a shadow's report says beside those of evaluations, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headwater.v1 import experiment_report_pb2 as pb
from headwater_server.api.translate.values import time_message

Plain = Mapping[str, Any]


def shadow_message(shadow: Plain | None) -> pb.Shadow | None:
    """Return the message, None for a report that is of no shadow.

    >>> shadow_message({"policy": "warm", "folded_time_ms": 1_000}).policy_id
    'warm'
    """
    if not shadow:
        return None
    alarms = shadow.get("drift") or {}
    return pb.Shadow(
        policy_id=shadow.get("policy") or "",
        own_state=bool(shadow.get("is_own_state")),
        folded_time=time_message(shadow.get("folded_time_ms") or 0),
        entries_behind=shadow.get("entries_behind") or 0,
        caught_up=bool(shadow.get("is_caught_up")),
        publish_seconds=shadow.get("publish_seconds") or 0.0,
        answers_late=shadow.get("answers_late") or 0,
        figures=[*_agreement(shadow.get("agreement")), *map(_figure, shadow.get("quality") or ())],
        drift_alarms_worse=(alarms.get("shadow") or {}).get("worse") or 0,
        champion_drift_alarms_worse=(alarms.get("champion") or {}).get("worse") or 0,
    )


def _agreement(found: Plain | None) -> Iterator[pb.ShadowFigure]:
    for name in ("top_item", "items"):
        one = (found or {}).get(name)
        if found and one:
            low, high = _ends(one, "interval")
            yield pb.ShadowFigure(
                name=f"agreement_{name}",
                count=found.get("answers") or 0,
                value=one.get("value"),
                low=low,
                high=high,
            )


def _figure(one: Plain) -> pb.ShadowFigure:
    low, high = _ends(one, "shadow_interval")
    champion_low, champion_high = _ends(one, "champion_interval")
    difference_low, difference_high = _ends(one, "difference_interval")
    return pb.ShadowFigure(
        name=one.get("name") or "",
        count=one.get("count") or 0,
        value=one.get("shadow"),
        low=low,
        high=high,
        champion=one.get("champion"),
        champion_low=champion_low,
        champion_high=champion_high,
        difference=one.get("difference"),
        difference_low=difference_low,
        difference_high=difference_high,
    )


def _ends(one: Plain, name: str) -> tuple[float | None, float | None]:
    low, high = one.get(name) or (None, None)
    return low, high

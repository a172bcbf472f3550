"""Warns when a table that a setting limits is nearly full, and when the limit has an effect."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from headwater_server.engine.lookups.limits import Limit

_log = structlog.get_logger(__name__)
NEARLY = 0.9
FREE_AGAIN = 0.85
"""Below this share a table counts as free again, and the next crossing is reported."""

EFFECTS = {
    "items_max": (
        "writes of new items are REFUSED",
        "raise items_max, or delete items that are not sold any more",
    ),
    "event_items_max": (
        "items that only events name are removed, those inactive for longest first",
        "describe the items with UpsertItems, or raise event_items_max",
    ),
    "deduplication_ids_max": (
        "event IDs are forgotten within deduplication_window_hours; a repeat then counts twice",
        "raise deduplication_ids_max, or lower deduplication_window_hours",
    ),
}


class LimitWarnings:
    """Reports each limit once for each crossing: at 90 %, and when it has an effect."""

    def __init__(self) -> None:
        self._reported: dict[str, int] = {}
        self._bites: dict[str, int] = {}

    def watch(self, limits: Iterable[Limit]) -> list[str]:
        """Log what is new since the last time; return it."""
        return [text for limit in limits if (text := self._crossed(limit))]

    def _crossed(self, limit: Limit) -> str:
        if limit.used < FREE_AGAIN * limit.most:
            self._reported.pop(limit.setting, None)
        bites = limit.bites > self._bites.get(limit.setting, 0)
        self._bites[limit.setting] = limit.bites
        level = 2 if bites else int(limit.used >= NEARLY * limit.most)
        if level <= self._reported.get(limit.setting, 0):
            return ""
        self._reported[limit.setting] = level
        text = f"{limit.setting} is {'reached' if bites else 'nearly reached'}"
        effect, fix = EFFECTS[limit.setting]
        _log.warning(text, used=limit.used, most=limit.most, effect=effect, fix=fix)
        return text

"""Begins a shadow with nothing of its own."""

from __future__ import annotations

from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.shadow.ahead import Mark
from headwater_server.evaluation.shadow.asked import ShadowAsked
from headwater_server.evaluation.shadow.behind import Behind
from headwater_server.evaluation.shadow.finding import begun
from headwater_server.evaluation.shadow.quality import Quality
from headwater_server.evaluation.shadow.rows import Rows
from headwater_server.evaluation.shadow.shadow import Shadow
from headwater_server.evaluation.shown.collecting import Counts


async def begin(source: Source, asked: ShadowAsked, known_until: int) -> Shadow:
    """Return a shadow before the first entry, or at the newest snapshot before its span.

    Raises `NoStart` if the log's beginning is gone and no snapshot can be used.
    """
    found = await begun(source, asked.wanted, asked.span, asked.warm_days)
    behind = Behind(
        asked.wanted,
        found.champion,
        found.own,
        found.start.position,
        warm_ms=found.warm_ms,
        first_slot=asked.first_slot,
    )
    quality = Quality(asked.wanted.beside)
    quality.look(found.champion, found.own or found.champion)
    return Shadow(
        source,
        asked,
        behind,
        rows=Rows(asked.answers_max),
        quality=quality,
        start=Mark(found.start.position, Counts()),
        known_until=known_until,
    )

"""How full the tables are that settings limit, and what their limits did."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.engine.parts import Parts


@dataclass(frozen=True, slots=True)
class Limit:
    """A setting that limits a table: how many entries it has, and how many it may have.

    ``bites`` counts what this process refused or removed because of it.
    """

    setting: str
    used: int
    most: int
    bites: int


def limits(parts: Parts) -> tuple[Limit, ...]:
    """Return the limits of items and of event ids."""
    catalogue, ids = parts.catalogue, parts.deduplication
    return (
        Limit("items_max", catalogue.described, catalogue.items_max, catalogue.writes_refused),
        Limit(
            "event_items_max",
            catalogue.event_items,
            catalogue.event_places,
            catalogue.event_items_removed,
        ),
        Limit(
            "deduplication_ids_max",
            ids.fullest,
            parts.settings.deduplication_ids_max,
            ids.removed_early,
        ),
    )

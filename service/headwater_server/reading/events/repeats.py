"""Rows that are there more than once: what `ids.Numbering` leaves out, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.reading.events.sorting import COLUMNS
from headwater_server.reading.events.stored import StoredEvents
from headwater_server.reading.session import Session

_OTHER = {
    "quantity": "coalesce(quantity, 1)",
    "position": "coalesce(position, 0)::BIGINT",
}


@dataclass(frozen=True)
class Repeats:
    """``left_out`` events of each type count once, in another file or under the same id.

    ``equal`` events say the same as another one of their file, and count nevertheless.
    """

    left_out: dict[str, int] = field(default_factory=dict)
    equal: int = 0


def repeats(events: StoredEvents, session: Session) -> Repeats:
    """Count the events of all files that are equal; one query over their hashes."""
    said = [_OTHER.get(name, name) for name in COLUMNS if name not in {"source", "event_id"}]
    content = f"hash({', '.join([*said, *(['lines'] if events.has_lines else [])])})"
    keyed = (
        f"SELECT source, event_type, event_id <> '' AS named, CASE WHEN event_id = '' THEN "
        f"{content} ELSE hash(time_ms, event_id) END AS key FROM {events.relation}"
    )
    of_source = (
        f"SELECT event_type, named, key, count(*) AS n FROM ({keyed}) "
        "GROUP BY source, event_type, named, key"
    )
    of_all = (
        f"SELECT any_value(event_type) AS event_type, named, sum(n) AS every, "
        f"CASE WHEN named THEN 1 ELSE max(n) END AS kept FROM ({of_source}) GROUP BY named, key"
    )
    rows = session.rows(
        "SELECT event_type, sum(every - kept)::BIGINT, "
        f"(sum(kept - 1))::BIGINT FROM ({of_all}) GROUP BY 1"
    )
    return Repeats({name: left for name, left, _ in rows if left}, sum(row[2] for row in rows))

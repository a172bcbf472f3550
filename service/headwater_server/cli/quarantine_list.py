"""The list of rejected events, from a store or from a running server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headwater_server.cli.experimenting.tables import show_table, time

if TYPE_CHECKING:
    from headwater_server.replica.ports.quarantine import Quarantined


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was not learned. With ``--json``, the names are those of the fields."""

    quarantine_time: datetime
    event_id: str
    visitor_id: str
    reason: str


def of_store(kept: Iterable[Quarantined]) -> list[Rejected]:
    """Return the events of a store, in its order: oldest first."""
    return [
        Rejected(
            datetime.fromtimestamp(one.time_ms / 1_000, UTC),
            one.event_id,
            one.visitor_id,
            one.reason,
        )
        for one in kept
    ]


def of_server(target: str, key: str, reason: str) -> list[Rejected]:
    """Return the events that a server lists, oldest first. Its errors end the command."""
    from headwater_server.cli.experimenting.server import TIMEOUT_S, asked

    with asked(target, key) as client:
        found = [
            Rejected(one.quarantine_time, one.event_id, one.visitor_id, one.reason)
            for one in client.list_quarantined_events(reason=reason, timeout_s=TIMEOUT_S)
        ]
    return found[::-1]


def show(chosen: Sequence[Rejected], limit: int) -> None:
    """Print a table with whole ids, so that they can be copied, and how many there are."""
    rows = [
        (time(one.quarantine_time), one.event_id, one.visitor_id, one.reason)
        for one in chosen[:limit]
    ]
    if rows:
        show_table(("rejected", "event_id", "visitor_id", "reason"), rows)
    more = f", {limit} of them listed" if len(chosen) > limit else ""
    print(f"{len(chosen)} events in quarantine{more}")

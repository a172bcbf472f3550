"""The figures of a report: counted by the database, never from memory."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.intake.limits import ITEMS_MAX
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.reading.events.repeats import repeats
from headwater_server.reading.events.stored import StoredEvents
from headwater_server.reading.report import FileReport, Report
from headwater_server.reading.session import Session

BATCH = 10_000


def counted(
    files: Sequence[FileReport],
    unused: Sequence[str],
    events: StoredEvents | None,
    item_ids: Sequence[str],
    session: Session,
) -> Report:
    """Return the report on what was read."""
    if events is None:
        return Report(tuple(files), items_described=len(item_ids), unused=tuple(unused))
    table = events.relation
    types: dict[str, int] = {}
    for name, rows in session.rows(f"SELECT event_type, count(*) FROM {table} GROUP BY 1"):
        types[ALIASES.get(name, name)] = types.get(ALIASES.get(name, name), 0) + rows
    twice = repeats(events, session)
    for name, rows in twice.left_out.items():
        types[ALIASES.get(name, name)] -= rows
    left_out = sum(twice.left_out.values())
    first, last = session.row(f"SELECT min(time_ms), max(time_ms) FROM {table}")
    visitors = session.row(f"SELECT count(DISTINCT visitor_id) FROM {table}")[0]
    named = f"SELECT DISTINCT item_id FROM {events.items}"
    items = session.row(f"SELECT count(*) FROM ({named})")[0]
    known = _known(named, item_ids, session) if item_ids else None
    return Report(
        tuple(files), len(events) - left_out, types, first, last, visitors, items, len(item_ids),
        known, tuple(unused), {}, left_out, twice.equal, _full(events, session),
    )  # fmt: skip


def _full(events: StoredEvents, session: Session) -> int:
    """Return how many events have as many items as one may have."""
    if not events.has_lines:
        return 0
    sql = f"SELECT count(*) FROM {events.relation} WHERE len(lines) >= {ITEMS_MAX}"
    return int(session.row(sql)[0])


def _known(named: str, item_ids: Sequence[str], session: Session) -> int:
    session.connection.execute("CREATE TEMP TABLE described (item_id VARCHAR)")
    for start in range(0, len(item_ids), BATCH):
        batch = list(item_ids[start : start + BATCH])
        session.connection.execute("INSERT INTO described SELECT unnest($1::VARCHAR[])", [batch])
    sql = f"SELECT count(*) FROM ({named}) WHERE item_id IN (SELECT item_id FROM described)"
    return int(session.row(sql)[0])

"""The rows of all files as events in the order of their times; equal times keep their order."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.intake.limits import ITEMS_MAX
from headwater_server.reading.events.staging import Staged
from headwater_server.reading.session import Session

COLUMNS = (
    "source", "time_ms", "event_type", "visitor_id", "user_id", "session_id", "item_id",
    "quantity", "price", "currency_code", "value", "reward", "event_id", "placement", "position",
)  # fmt: skip
_LINES = "lines"  # of an order: a list of (item, quantity, price, currency)


def sort(staged: Sequence[Staged], session: Session, aliases: str = "") -> str:
    """Return the table that holds all events in order; one event is one row of it."""
    if aliases:
        session.connection.execute(
            "CREATE TABLE aliases AS SELECT variant_id, min(item_id) AS item_id "
            f"FROM ({aliases}) WHERE variant_id <> '' AND item_id <> '' GROUP BY 1"
        )
    only = staged[0]
    if (
        len(staged) == 1
        and not aliases
        and not only.part.compiled.groups
        and _is_whole(only, session)
    ):
        return only.table
    table, view = session.new_name("sorted"), session.new_name("events")
    rows = " UNION ALL ".join(_events_of(one, aliases=bool(aliases)) for one in staged)
    first = "is_timed, " if any(one.missing for one in staged) else ""
    order = f"ORDER BY time_ms, {first}source, _line"
    session.watched(
        f"CREATE TABLE {table} AS SELECT * EXCLUDE (is_timed) FROM ({rows}) {order}",
        "sort the events",
        sum(one.rows for one in staged),
    )
    session.connection.execute(f"CREATE VIEW {view} AS SELECT rowid AS _row, * FROM {table}")
    return view


def _is_whole(staged: Staged, session: Session) -> bool:
    """Return whether the rows are in order already, and all of them are events."""
    if staged.missing:
        return False
    earlier = f"SELECT time_ms < lag(time_ms) OVER () AS back, left_out FROM {staged.table}"
    sql = f"SELECT count(*) FROM ({earlier}) WHERE back OR left_out IS NOT NULL"
    return bool(session.row(sql)[0] == 0)


def _events_of(staged: Staged, *, aliases: bool) -> str:
    item = "coalesce(aliases.item_id, s.item_id)" if aliases else "s.item_id"
    joined = "LEFT JOIN aliases ON aliases.variant_id = s.item_id" if aliases else ""
    names = [f"{item} AS item_id" if name == "item_id" else f"s.{name}" for name in COLUMNS]
    rows = (
        f"SELECT s._line, s.group_key, s.time_text IS NULL AS is_timed, {', '.join(names)} "
        f"FROM {staged.table} s {joined} WHERE s.left_out IS NULL"
    )
    if not staged.part.compiled.groups:
        return f"SELECT * EXCLUDE (group_key), NULL AS {_LINES} FROM ({rows})"
    return _grouped(rows)


def _grouped(rows: str) -> str:
    """Return an event for each order: an item that stands twice in it counts once, summed up."""
    key = "CASE WHEN group_key = '' THEN 'line ' || _line ELSE 'key ' || group_key END"
    about = "source, group_key, event_type, visitor_id, user_id"
    items = (
        f"SELECT source, {key} AS group_key, event_type, visitor_id, user_id, item_id, "
        "min(_line) AS _line, min(time_ms) AS time_ms, "
        "sum(coalesce(quantity, 1)) AS quantity, arg_min(price, _line) AS price, "
        "arg_min(currency_code, _line) AS currency_code, arg_min(value, _line) AS value, "
        "arg_min(reward, _line) AS reward, "
        "arg_min(event_id, _line) AS event_id, arg_min(session_id, _line) AS session_id, "
        "arg_min(placement, _line) AS placement, arg_min(position, _line) AS position, "
        "min(is_timed) AS is_timed "
        f"FROM ({rows}) GROUP BY ALL"
    )
    numbered = (
        f"SELECT *, (row_number() OVER (PARTITION BY {about} ORDER BY _line) - 1) // {ITEMS_MAX} "
        f"AS part FROM ({items})"
    )
    firsts = [
        f"arg_min({name}, _line) AS {name}"
        for name in COLUMNS
        if name not in {"source", "time_ms", "event_type", "visitor_id", "user_id", "event_id"}
    ]
    line = "{'i': item_id, 'q': quantity, 'p': price, 'c': currency_code}"
    event_id = "arg_min(event_id, _line)"
    named = (
        f"CASE WHEN part = 0 OR {event_id} = '' THEN {event_id} ELSE {event_id} || '+' || part END"
    )
    columns = {
        "source": "source",
        "time_ms": "min(time_ms) AS time_ms",
        "event_type": "event_type",
        "visitor_id": "visitor_id",
        "user_id": "user_id",
        "event_id": f"{named} AS event_id",
    } | {text.rpartition(" ")[2]: text for text in firsts}
    return (
        "SELECT min(_line) AS _line, min(is_timed) AS is_timed, "
        f"{', '.join(columns[name] for name in COLUMNS)}, "
        f"CASE WHEN count(*) > 1 THEN list({line} ORDER BY _line) END AS {_LINES} "
        f"FROM ({numbered}) GROUP BY {about}, part"
    )

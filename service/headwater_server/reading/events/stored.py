"""The events of a reading, page by page from the disk: a year of a shop needs no memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.reading.events.ids import Numbering
from headwater_server.reading.events.sorting import COLUMNS
from headwater_server.reading.session import Session

PAGE_ROWS = 10_000


class StoredEvents:
    """All events in order, by number from 0. Only the page in use is in memory.

    ``path`` names the files in messages; ``repeated``: events that another file held, too.
    """

    def __init__(self, session: Session, table: str, path: Path, limit: int | None = None) -> None:
        self.path = path
        self._session = session
        self._table = table
        has_lines = session.rows(
            f"SELECT 1 FROM duckdb_columns() WHERE table_name = '{table}' AND column_name = 'lines'"
        )
        self._columns = ", ".join(COLUMNS) + (", lines" if has_lines else ", NULL")
        rows = int(session.row(f"SELECT count(*) FROM {table}")[0])
        self._rows = min(rows, limit) if limit else rows
        self._has_lines = bool(has_lines)

    def __len__(self) -> int:
        """Return the number of rows that may be events; a repeated one is counted here."""
        return self._rows

    @property
    def relation(self) -> str:
        """SQL of the rows that count."""
        return f"(SELECT * FROM {self._table} WHERE _row < {self._rows})"

    @property
    def has_lines(self) -> bool:
        """Whether an event may have several items."""
        return self._has_lines

    @property
    def items(self) -> str:
        """SQL of the items of all rows, one to a row."""
        if not self._has_lines:
            return self.relation
        one = f"SELECT item_id FROM {self.relation} WHERE lines IS NULL"
        many = f"SELECT unnest(lines).i AS item_id FROM {self.relation} WHERE lines IS NOT NULL"
        return f"({one} UNION ALL {many})"

    @cached_property
    def first_time_ms(self) -> int:
        """The time of the first event."""
        sql = f"SELECT time_ms FROM {self._table} WHERE _row = 0"
        return int(self._session.row(sql)[0])

    def events(self) -> Iterator[Event]:
        """Yield all events in order, each once."""
        numbering = Numbering()
        for source, event in self._unnamed():
            if (named := numbering.identified(event, source)) is not None:
                yield named

    def _unnamed(self) -> Iterator[tuple[int, Event]]:
        for start in range(0, self._rows, PAGE_ROWS):
            end = min(start + PAGE_ROWS, self._rows)
            for row in self._session.rows(
                f"SELECT {self._columns} FROM {self._table} "
                f"WHERE _row >= {start} AND _row < {end} ORDER BY _row"
            ):
                yield row[0], _event(row)


def _event(row: tuple[Any, ...]) -> Event:
    (
        _, time_ms, event_type, visitor_id, user_id, session_id, item_id, quantity, price,
        currency, value, reward, event_id, placement, position, lines,
    ) = row  # fmt: skip
    if lines:
        items = tuple(EventItem(one["i"], one["q"], one["p"], one["c"]) for one in lines)
    else:
        items = (EventItem(item_id, 1.0 if quantity is None else quantity, price, currency),)
    return Event(
        event_id, ALIASES.get(event_type, event_type), visitor_id, user_id, session_id, items,
        value, time_ms, placement, int(position or 0), reward=reward,
    )  # fmt: skip

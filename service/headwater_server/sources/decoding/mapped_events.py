"""Documents as events, by a mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.reading.events.part import LOSS
from headwater_server.reading.events.part import Part as FilePart
from headwater_server.reading.events.staging import stage
from headwater_server.reading.mapping.compile import compile_events
from headwater_server.reading.mapping.compiled import Choice
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.session import Session
from headwater_server.sources.decoding.decoded import Part, refused
from headwater_server.sources.decoding.mapping import Forms, Numbered, table_of

Row = dict[str, Any]
_BAD = {
    "time_text": "event_time: its text is no time as the mapping says",
    "bad_value": "value: its text is no number",
    "bad_quantity": "quantity: its text is no number",
    "bad_price": "price: its text is no price",
    "bad_position": "position: its text is no number",
}


class MappedEvents:
    """Maps a batch of documents; each has its parts by its number."""

    def __init__(self, forms: Forms) -> None:
        """Use these forms."""
        self._forms = forms

    def decode(self, documents: Sequence[Numbered]) -> dict[int, list[Part]]:
        """Return the events of each document; one whose rows are all left out has none."""
        found: dict[int, list[Part]] = {number: [] for number, _ in documents}
        with Session() as session:
            for form, some in self._forms.sorted(documents):
                for number, part in _decoded(form, some, session):
                    found[number].append(part)
        return found


def _decoded(
    form: Form, documents: Sequence[Numbered], session: Session
) -> Iterator[tuple[int, Part]]:
    choice = Choice(form.preset, "", form, (table_of(documents, session),))
    compiled = compile_events(choice, session.connection)
    staged = stage(0, FilePart(choice, compiled), session, len(documents))
    cursor = session.connection.execute(f"FROM {staged.table} ORDER BY _row")
    columns = [one[0] for one in cursor.description or ()]
    rows = [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]
    for line, of_line in groupby(rows, key=lambda row: row["_line"]):
        for number, some in enumerate(_grouped(list(of_line), compiled.groups)):
            yield line, _part(some, number, compiled.groups)


def _grouped(rows: list[Row], groups: str) -> Iterator[list[Row]]:
    """Return the rows of each event: those of one record, or each by itself."""
    kept = [row for row in rows if not row["left_out"]]
    lost = [row for row in rows if (row["left_out"] or "").startswith(LOSS)]
    if kept and groups == "record":
        for _, some in groupby(kept, key=lambda row: row["event_type"]):
            yield list(some)
    else:
        yield from ([row] for row in kept)
    if not kept:
        yield from ([row] for row in lost[:1])


def _part(rows: list[Row], number: int, groups: str) -> Part:
    first = rows[0]
    if first["left_out"]:
        return refused(first["left_out"].removeprefix(LOSS), number)
    for row in rows:
        if bad := next((name for name in _BAD if row[name]), None):
            return refused(_BAD[bad], number)
    items = tuple(
        EventItem(
            row["item_id"],
            1.0 if row["quantity"] is None else row["quantity"],
            row["price"],
            row["currency_code"],
        )
        for row in rows
        if row["item_id"] or len(rows) == 1
    )
    kind = first["event_type"]
    event = Event(
        # a line of an order has the order's id, which others of its lines have, too
        "" if groups == "order" else first["event_id"] or "",
        ALIASES.get(kind, kind or ""),
        first["visitor_id"], first["user_id"], first["session_id"], items,
        first["value"], first["time_ms"], first["placement"], int(first["position"] or 0),
    )  # fmt: skip
    return Part(event, number=number)

"""Documents as writes of items, by a mapping: the fields that a document has, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from headwater_server.engine.messages.entries import ItemWrite
from headwater_server.reading.items.catalogue import item_rows
from headwater_server.reading.mapping.columns.sources import placeholders
from headwater_server.reading.mapping.compile import compile_items
from headwater_server.reading.mapping.compiled import Choice
from headwater_server.reading.mapping.forms.form import Column, Form
from headwater_server.reading.mapping.forms.json_paths import shown_in
from headwater_server.reading.opening.table import Table
from headwater_server.reading.session import Session
from headwater_server.sources.decoding.decoded import Part, refused
from headwater_server.sources.decoding.mapping import Document, Forms, Numbered, table_of

_WRITTEN = {
    "title": ("title",),
    "categories": ("categories",),
    "tags": ("tags",),
    "price": ("price", "currency_code"),
    "currency_code": ("currency_code",),
    "available": ("available",),
    "quantity": ("available",),
    "publish_time": ("publish_time_ms",),
    "expire_time": ("expire_time_ms",),
    "image_uri": ("image_uri",),
    "uri": ("uri",),
    "group_id": ("group_id",),
}
"""Our field of a mapping -> the fields of an item that it writes."""


class MappedItems:
    """Maps a batch of documents; each has its parts by its number."""

    def __init__(self, forms: Forms) -> None:
        """Use these forms."""
        self._forms = forms

    def columns_of(self, field: str) -> set[str]:
        """Return the names that a field of ours may have in a document."""
        columns = [form.columns.get(field, Column()) for form in self._forms.forms]
        return {name for column in columns for name in column.names}

    def decode(self, documents: Sequence[Numbered]) -> dict[int, list[Part]]:
        """Return the writes of each document; one that is left out has none."""
        found: dict[int, list[Part]] = {number: [] for number, _ in documents}
        with Session() as session:
            for form, some in self._forms.sorted(documents):
                for number, part in _decoded(form, some, session):
                    found[number].append(replace(part, number=len(found[number])))
        return found


def _decoded(
    form: Form, documents: Sequence[Numbered], session: Session
) -> Iterator[tuple[int, Part]]:
    table, by_number = table_of(documents, session), dict(documents)
    choice = Choice(form.preset, "", form, (table,))
    compiled = compile_items(choice, session.connection)
    for row in item_rows(choice, compiled, session):
        if row.problems:
            column, reason = row.problems[0]
            yield row.line, refused(f"{column}: {reason}" if column else reason)
        elif row.write is not None:
            document = by_number[row.line]
            yield row.line, Part(_write(row.write, form, document))


def _write(write: ItemWrite, form: Form, document: Document) -> ItemWrite:
    """Name the fields that are written; a price without a currency leaves that as it is."""
    fields = list(dict.fromkeys(written_fields(form, document)))
    if not write.item.currency_code and "currency_code" not in form.columns:
        fields = [name for name in fields if name != "currency_code"]
    return ItemWrite(write.item, tuple(fields))


def written_fields(form: Form, document: Document) -> Iterator[str]:
    """Yield the fields of an item that a document says something about."""
    table = Table("", None, "", "documents", sample=(document,))  # type: ignore[arg-type]
    paths = table.paths
    for ours, column in form.columns.items():
        names = (*column.names, *placeholders(column.sql))
        if any(name.startswith("@") or shown_in(name, paths) for name in names):
            yield from _WRITTEN.get(ours, ())
    for ours in form.defaults:
        yield from _WRITTEN.get(ours, ())
    if form.features is None or form.features or form.features_sql:
        yield "features"

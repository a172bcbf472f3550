"""JSON of any form by a preset or a mapping, as the reader of files reads it.

Each batch is a table of documents in a DuckDB of its own, so that prices, times and event types
mean what they mean in `headwater import`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headwater_server.reading.mapping.forms.form import FIELDS, Column, Form, Role
from headwater_server.reading.mapping.forms.toml_form import read_forms
from headwater_server.reading.mapping.library import presets
from headwater_server.reading.mapping.matching import points
from headwater_server.reading.mapping.names import BadMapping, listed, near, same
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.mapping.overrides import field_name
from headwater_server.reading.opening.table import DOCUMENT, LINE, Table
from headwater_server.reading.session import Session

Document = Mapping[str, Any]
Numbered = tuple[int, Document]
"""A document, and its number in the batch."""


@dataclass(frozen=True)
class Forms:
    """The forms that documents of a source may have, at least one."""

    forms: tuple[Form, ...]

    @classmethod
    def of(cls, options: MappingOptions, role: Role) -> Forms:
        """Return the forms that somebody asks for. `BadMapping` if there are none for messages."""
        forms = [_overridden(form, options) for form in _named(options, role)]
        if not forms:
            what = options.preset or (options.map_file.name if options.map_file else "this mapping")
            raise BadMapping(f"{what} has no form of {role} in documents")
        for form in forms:
            _check(form, role)
        return cls(tuple(forms))

    def sorted(self, documents: Sequence[Numbered]) -> list[tuple[Form, list[Numbered]]]:
        """Return the documents by their form: the one that explains most of it, else the first."""
        found: dict[int, list[Numbered]] = {}
        for number, document in documents:
            found.setdefault(self._place(document), []).append((number, document))
        return [(self.forms[place], some) for place, some in found.items()]

    def _place(self, document: Document) -> int:
        if len(self.forms) == 1:
            return 0
        table = _table((document,), "")
        scores = [points(form, table) for form in self.forms]
        return scores.index(max(scores))


def _named(options: MappingOptions, role: Role) -> list[Form]:
    if options.map_file:
        found = read_forms(options.map_file)
    elif options.preset:
        names = {form.preset for form in presets()}
        if options.preset not in names:
            raise BadMapping(
                f"preset {options.preset}: there is no such preset{near(options.preset, names)}; "
                f"known are {listed(sorted(names), most=60)}"
            )
        found = tuple(form for form in presets() if form.preset == options.preset)
    else:
        found = (Form("", role, features=None),)
    return [form for form in found if form.role == role and _is_of_documents(form)]


def _is_of_documents(form: Form) -> bool:
    return not (form.header or form.tables or form.sql or form.needs_file)


def _overridden(form: Form, options: MappingOptions) -> Form:
    given = {field_name(o, form.role): Column((t,)) for o, t in options.columns.items()}
    types = {same(theirs): ours for theirs, ours in options.types.items()}
    # a message without a time has that of the source; each message is a write of its own
    time = replace(form.time, none=False, relative=False)
    return replace(
        form,
        columns={**form.columns, **given},
        types={**form.types, **types},
        time=time,
        variants="keep",
        newest=False,
    )


def _check(form: Form, role: Role) -> None:
    have = {*form.columns, *form.defaults}
    needed = {"events": ("item_id",), "items": ("item_id",), "users": ("user_id",)}[role]
    missing = [field for field in needed if field not in have]
    if role == "events":
        missing += [] if have & {"visitor_id", "user_id"} else ["visitor_id"]
        missing += [] if "event_type" in have or "" in form.types else ["event_type"]
    if missing:
        known = listed(FIELDS[role], most=20)
        raise BadMapping(f"columns lack {listed(missing)}; there are {known}")


def table_of(documents: Sequence[Numbered], session: Session) -> Table:
    """Put documents into a table of the session; `_line` is a document's number."""
    relation = session.new_name("documents")
    numbers = [number for number, _ in documents]
    texts = [json.dumps(document, ensure_ascii=False) for _, document in documents]
    session.connection.execute(
        f"CREATE TABLE {relation} AS SELECT unnest(?::BIGINT[]) AS {LINE}, "
        f"unnest(?::VARCHAR[]) AS {DOCUMENT}",
        [numbers, texts],
    )
    return _table(tuple(document for _, document in documents), relation)


def _table(documents: tuple[Document, ...], relation: str) -> Table:
    return Table(
        name="the messages", path=Path("messages"), relation=relation, kind="documents",
        sample=documents,
    )  # fmt: skip

"""What the caller says over what a preset says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from headwater_server.reading.mapping.forms.form import FIELDS, Column, Form, Rating, Role
from headwater_server.reading.mapping.forms.json_paths import shown_in
from headwater_server.reading.mapping.forms.timing import zero_ms
from headwater_server.reading.mapping.names import BadMapping, listed, near, same
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.opening.table import Table

SHORT = {
    "time": "event_time", "timestamp": "event_time", "type": "event_type", "event": "event_type",
    "user": "user_id", "visitor": "visitor_id", "item": "item_id", "session": "session_id",
    "currency": "currency_code", "order": "order_id", "rating": "value",
}  # fmt: skip


def overridden(form: Form, table: Table, options: MappingOptions) -> Form:
    """Return the form with the caller's columns, types, times and scale. Raises `BadMapping`."""
    columns = dict(form.columns)
    for ours, theirs in options.columns.items():
        field = field_name(ours, form.role)
        _check_column(ours, theirs, form, table)
        columns[field] = Column((theirs,))
    time = replace(
        form.time,
        format=options.time_format or form.time.format,
        zone=options.time_zone or form.time.zone,
        zero=options.time_zero or form.time.zero,
    )
    if options.time_format or "event_time" in {field_name(o, form.role) for o in options.columns}:
        time = replace(time, unit="", none=False, format=options.time_format)
    if options.time_zero:
        zero_ms(options.time_zero)
    return replace(
        form,
        columns=columns,
        types={**form.types, **_types(options.types)},
        time=time,
        rating=Rating(options.scale, form.rating.zero_is_implicit)
        if options.scale
        else form.rating,
        variants=options.variants,
        emails=options.emails,
        id_salt=options.id_salt,
        said_types=tuple(options.types),
    )


def field_name(name: str, role: Role) -> str:
    """Return our field for a name of it. Raises `BadMapping`.

    >>> field_name("timestamp", "events"), field_name("item_id", "events")
    ('event_time', 'item_id')
    """
    if name in FIELDS[role]:
        return name
    short = SHORT.get(name, "")
    if short in FIELDS[role]:
        return short
    known = listed(FIELDS[role], most=20)
    raise BadMapping(
        f"--column {name}=…: there is no field {name}{near(name, FIELDS[role])}; known are {known}"
    )


def _types(types: Mapping[str, str]) -> dict[str, str]:
    return {same(theirs): ours for theirs, ours in types.items()}


def _check_column(ours: str, theirs: str, form: Form, table: Table) -> None:
    if form.sql:
        known = form.gives
    elif form.header:
        known = form.header
    elif table.kind == "documents":
        if theirs.startswith("@") or shown_in(theirs, table.paths):
            return
        known = tuple(sorted(path for path in table.paths if not path.endswith("[]")))
    else:
        known = table.columns
    if same(theirs) not in {same(name) for name in known}:
        raise BadMapping(
            f"--column {ours}={theirs}: {table.name} has no column {theirs}{near(theirs, known)}; "
            f"it has {listed(known)}"
        )

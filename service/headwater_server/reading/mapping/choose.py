"""Chooses the form of each table, and says why; or says what it would take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from headwater_server.reading.mapping.columns.sources import placeholders
from headwater_server.reading.mapping.compiled import Choice
from headwater_server.reading.mapping.forms.form import Form, Role
from headwater_server.reading.mapping.forms.timing import check_zero
from headwater_server.reading.mapping.forms.toml_form import read_forms
from headwater_server.reading.mapping.given import given_form
from headwater_server.reading.mapping.guess import guessed_flags
from headwater_server.reading.mapping.library import presets, refused
from headwater_server.reading.mapping.matching import (
    is_headerless,
    lacking,
    named_tables,
    points,
)
from headwater_server.reading.mapping.names import BadMapping, listed, near, same
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.mapping.overrides import overridden
from headwater_server.reading.opening.table import Table


def choose(
    tables: Sequence[Table], role: Role, options: MappingOptions | None = None
) -> tuple[Choice, ...]:
    """Return a choice for each table, or one for several that are joined.

    A table that matches nothing is left out; `BadMapping` if none of them matches.
    """
    options = options or MappingOptions()
    forms = [form for form in _forms(options) if form.role == role]
    joined = _joined(forms, tables, options)
    if joined:
        return joined
    choices = [one for table in tables if (one := _choice(forms, table, role, options))]
    if not choices:
        raise BadMapping(_unknown(forms, tables, role))
    return tuple(choices)


def _forms(options: MappingOptions) -> Iterable[Form]:
    if options.map_file:
        return read_forms(options.map_file)
    names = {form.preset for form in presets()}
    if options.preset and options.preset not in names:
        raise BadMapping(
            f"--preset {options.preset}: there is no such preset{near(options.preset, names)}; "
            f"known are {listed(sorted(names), most=60)}"
        )
    return [form for form in presets() if options.preset in {"", form.preset}]


def _joined(
    forms: Sequence[Form], tables: Sequence[Table], options: MappingOptions
) -> tuple[Choice, ...]:
    """Return the choice of a form that joins tables, if all that it needs are there."""
    for form in forms:
        found = named_tables(form, tables) if form.tables else []
        if found:
            first = form.tables[0].name
            ordered = tuple(table for _, table in sorted(found, key=lambda one: one[0] != first))
            names = ", ".join(table.name for table in ordered)
            made = overridden(form, ordered[0], options)
            _check(made, names, ordered[0])
            return (Choice(form.preset, f"preset {form.preset}: {names} together", made, ordered),)
    return ()


def _choice(
    forms: Sequence[Form], table: Table, role: Role, options: MappingOptions
) -> Choice | None:
    best = max(forms, key=lambda form: points(form, table), default=None)
    if best is None or not points(best, table):
        form = given_form(table, role, options)
        if form is None:
            return None
        made = overridden(form, table, options)
        _check(made, table.name, table)
        return Choice("", "columns as given", made, (table,))
    taken = table.without_header() if is_headerless(best) else table
    made = overridden(best, taken, options)
    _check(made, table.name, table)
    return Choice(best.preset, _why(best, options), made, (taken,))


def _check(form: Form, name: str, table: Table) -> None:
    """Refuse what no flag has said: where times begin, what the rows are."""
    check_zero(form, name)
    if not form.sql and not form.header:
        _check_twice(form, table)
    said = {"event_type", ""} & {*form.columns, *form.defaults, *form.types}
    if form.role == "events" and not said:
        raise BadMapping(
            f"{name}: no column says what its rows are; say it with --type =detail-page-view (or "
            "=purchase-complete, =add-to-cart, …)"
        )


def _why(form: Form, options: MappingOptions) -> str:
    what = f"{options.map_file.name}" if options.map_file else f"preset {form.preset}"
    if form.header:
        look = listed(form.header)
        return f"{what}: no header, and {len(form.header)} columns that look like {look}"
    return f"{what}: its columns {listed(form.match)}"


def _unknown(forms: Sequence[Form], tables: Sequence[Table], role: Role) -> str:
    if not tables:
        return "there is no table in it"
    table = tables[0]
    for kind in refused():
        if kind.is_of(table):
            return f"{table.name}: {kind.name}: {kind.why}"
    partly = next((form for form in forms if form.tables and _some(form, table)), None)
    if partly:
        names = listed([one.name for one in partly.tables])
        return f"{table.name}: {partly.title or partly.preset} needs its files together: {names}"
    return "; ".join(filter(None, (_found(table), _nearest(forms, table), _way_out(table, role))))


def _some(form: Form, table: Table) -> bool:
    return any(named_tables(replace(form, tables=(one,)), [table]) for one in form.tables)


def _found(table: Table) -> str:
    if table.kind == "documents":
        paths = sorted(path for path in table.paths if not path.endswith("[]"))
        return f"{table.name}: no preset knows documents with {listed(paths)}"
    if not any(table.columns):
        return (
            f"{table.name}: no preset knows a file of {len(table.first_row)} columns without header"
        )
    return f"{table.name}: no preset knows the columns {listed(table.columns)}"


def _nearest(forms: Sequence[Form], table: Table) -> str:
    """Name the preset that lacks the fewest columns, if it has more than half."""
    scored = [(len(lacking(form, table)) / len(form.match), form) for form in forms if form.match]
    share, form = min(scored, key=lambda pair: pair[0], default=(1.0, None))
    if form is None or share >= 0.5:
        return ""
    return f"nearest is {form.preset}, which also needs {listed(lacking(form, table))}"


def _way_out(table: Table, role: Role) -> str:
    flags = guessed_flags(table, role)
    write = f"or `headwater import --guess {table.name}` writes a mapping to edit"
    return f"say what its columns are, perhaps: {flags}; {write}"


def _check_twice(form: Form, table: Table) -> None:
    """Refuse a column that is used and that the header has twice: which one is meant?"""
    have = Counter(same(name) for name in table.columns if name)
    for column in form.columns.values():
        for name in (*column.names, *placeholders(column.sql)):
            if have[same(name)] > 1:
                raise BadMapping(
                    f"{table.name}: the header has {name} twice; rename the one that is not meant"
                )

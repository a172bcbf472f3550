"""A mapping as TOML: read, checked key by key, and made into forms."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from typing import Any

from headwater_server.reading.mapping.forms.form import (
    FIELDS,
    Column,
    Form,
    NamedTable,
    Rating,
    Role,
    Skip,
    TimeForm,
)
from headwater_server.reading.mapping.forms.toml_table import Place
from headwater_server.reading.mapping.names import BadMapping, listed, near, same

ROLES: tuple[Role, ...] = ("events", "items", "users")


def read_forms(path: Path) -> tuple[Form, ...]:
    """Read a mapping from a file. Raises `BadMapping` with the key and the fix."""
    try:
        return parse_forms(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise BadMapping(f"{path}: {why}") from None


def parse_forms(text: str, name: str) -> tuple[Form, ...]:
    """Return the forms of a mapping. Raises `BadMapping` with the key and the fix.

    >>> parse_forms('events = [{match = ["who"]}]', "mine.toml")[0].match
    ('who',)
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"{name}: not TOML: {error}") from None
    top = Place(name, tree)
    top.only({"name", "title", "source", *ROLES})
    preset = top.text("name") or Path(name).stem
    forms = tuple(_forms(top, preset))
    if not forms:
        raise BadMapping(f"{name}: has none of [[events]], [[items]] and [[users]]")
    return forms


def _forms(top: Place, preset: str) -> Iterator[Form]:
    for role in ROLES:
        for place in top.places(role):
            yield _form(place, role, preset, top.text("title"), top.text("source"))


KEYS = {
    "match", "absent", "header", "looks", "file", "needs_file", "explode",
    "explode_as", "drop_without", "columns", "defaults", "types", "time", "rating", "skip",
    "tables", "sql", "gives", "notes", "features", "leave", "category_separator",
    "path_separator", "tag_separator", "newest", "decimal", "features_sql",
    "zero_is_none", "exact",
}  # fmt: skip


def _form(place: Place, role: Role, preset: str, title: str, source: str) -> Form:
    place.only(KEYS)
    features = place.tree.get("features")
    return Form(
        preset=preset,
        role=role,
        title=title,
        source=source,
        match=place.texts("match"),
        absent=place.texts("absent"),
        exact=place.flag("exact"),
        header=place.texts("header"),
        looks=place.texts("looks"),
        file=place.text("file"),
        needs_file=place.flag("needs_file"),
        explode=place.texts("explode"),
        explode_as="events" if place.one_of("explode_as", ("items", "events")) else "items",
        drop_without=place.texts("drop_without"),
        columns=dict(_columns(place.inner("columns"), role)),
        defaults=_defaults(place.inner("defaults"), role),
        types={same(k): v for k, v in place.inner("types").all_texts().items()},
        time=_time(place.inner("time")),
        rating=_rating(place.inner("rating")),
        skips=tuple(_skip(one) for one in place.places("skip")),
        tables=tuple(_named(one) for one in place.places("tables")),
        sql=place.text("sql"),
        gives=place.texts("gives"),
        notes=place.texts("notes"),
        features=None if features == "rest" else place.texts("features"),
        leave=place.texts("leave"),
        category_separator=place.text("category_separator"),
        path_separator=place.text("path_separator"),
        tag_separator=place.text("tag_separator"),
        newest=place.flag("newest"),
        zero_is_none=place.flag("zero_is_none"),
        decimal=place.text("decimal"),
        features_sql=place.text("features_sql"),
    )


def _columns(place: Place, role: Role) -> Iterator[tuple[str, Column]]:
    for key in place.tree:
        if key not in FIELDS[role]:
            known = listed(FIELDS[role], most=20)
            raise BadMapping(
                f"{place}.{key}: there is no such field{near(key, FIELDS[role])}; known are {known}"
            )
        given = place.tree[key]
        if isinstance(given, Mapping):
            inner = place.inner(key)
            inner.only({"sql"})
            yield key, Column(sql=inner.text("sql"))
        else:
            yield key, Column(place.texts(key))


def _defaults(place: Place, role: Role) -> dict[str, str]:
    place.only(set(FIELDS[role]))
    return place.all_texts()


def _time(place: Place) -> TimeForm:
    place.only({"format", "zone", "unit", "zero", "none", "relative", "missing"})
    place.one_of("unit", ("s", "ms", "us", "ns"))
    return TimeForm(
        place.text("format"),
        place.text("zone"),
        place.text("unit"),
        place.text("zero"),
        place.flag("none"),
        place.flag("relative"),
        bool(place.one_of("missing", ("refuse", "first"))),
    )


def _rating(place: Place) -> Rating:
    place.only({"scale", "zero"})
    scale: Any = place.tree.get("scale", 0)
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 <= scale < inf:
        raise BadMapping(f"{place}.scale: give the highest rating, such as 10")
    return Rating(float(scale), bool(place.one_of("zero", ("rating", "implicit"))))


def _skip(place: Place) -> Skip:
    place.only({"reason", "column", "is", "empty", "where"})
    skip = Skip(
        place.text("reason"),
        place.text("column"),
        place.texts("is"),
        place.flag("empty"),
        place.text("where"),
    )
    if not skip.reason:
        raise BadMapping(f"{place}.reason: say why these rows are left out")
    if not skip.where and not (skip.column and (skip.values or skip.empty)):
        raise BadMapping(f'{place}: give column and is = ["…"] or empty = true, or where')
    return skip


def _named(place: Place) -> NamedTable:
    place.only({"name", "match", "absent"})
    return NamedTable(place.text("name"), place.texts("match"), place.texts("absent"))

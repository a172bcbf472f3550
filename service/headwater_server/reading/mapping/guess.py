"""Writes a mapping to edit for a file that no preset knows: by the names of its columns."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headwater_server.reading.mapping.forms.form import Role
from headwater_server.reading.mapping.names import same
from headwater_server.reading.mapping.words import EVENTS, ITEMS, TYPES, USERS
from headwater_server.reading.meaning.event_types import KNOWN
from headwater_server.reading.opening.table import Table
from headwater_server.reading.time_advice import likely_formats

_NEEDED = {"events": ("event_time", "event_type", "item_id"), "items": ("item_id",)}
_FIELDS: Mapping[Role, Mapping[str, str]] = {"events": EVENTS, "items": ITEMS, "users": USERS}


def guess(table: Table) -> str:
    """Return a mapping as TOML, with a question mark where nothing was found.

    >>> table = Table("e.csv", Path("e.csv"), "t", "rows", ("when", "client_id", "sku"))
    >>> print(guess(table).splitlines()[4])
    match = ["when", "client_id", "sku"]
    """
    names = _names(table)
    role = _role(names)
    found = guessed_fields(table, role)
    missing = [field for field in _NEEDED[role] if field not in found]
    if role == "events" and not {"visitor_id", "user_id"} & set(found):
        missing.append("visitor_id")
    return "\n".join(_lines(table, role, names, found, missing)) + "\n"


def guessed_flags(table: Table, role: Role) -> str:
    """Return the flags that a file of no known form would perhaps need, to be copied.

    >>> table = Table("e.csv", Path("e.csv"), "t", "rows", ("Datum", "Kunde", "Artikel"))
    >>> guessed_flags(table, "events")
    '--column event_time=Datum --column user_id=Kunde --column item_id=Artikel --type =view'
    """
    found = guessed_fields(table, role)
    needed = [field for field in _NEEDED.get(role, ("user_id",)) if field != "event_type"]
    if role == "events" and not {"visitor_id", "user_id"} & set(found):
        needed.append("visitor_id")
    columns = found | {field: "…" for field in needed if field not in found}
    flags = [f"--column {_flag(f'{field}={name}')}" for field, name in columns.items()]
    if role == "events":
        flags += _type_flags(table, found)
        if form := _time_format(table, found.get("event_time", "")):
            flags.append(f"--time-format {_flag(form)}")
    return " ".join(flags)


def guessed_fields(table: Table, role: Role) -> dict[str, str]:
    """Return the column of the file for each of our fields that one seems to hold."""
    names = _names(table)
    found = {f: name for f, words in _FIELDS[role].items() if (name := _first(words, names))}
    used: set[str] = set()
    for field, name in list(found.items()):
        if name in used:
            del found[field]
        used.add(name)
    return _in_one_list(found, table)


def _type_flags(table: Table, found: Mapping[str, str]) -> list[str]:
    if "event_type" not in found:
        return ["--type =view"]
    flags = []
    for word in _values(table, found["event_type"]):
        ours = _suggested(word)
        if same(word) not in KNOWN and ours != "?":
            flags.append(f"--type {_flag(f'{word}={ours}')}")
    return flags


def _suggested(word: str) -> str:
    return next((ours for ours, words in TYPES.items() if same(word) in words.split()), "?")


def _values(table: Table, name: str) -> list[str]:
    """Return the words of a column in the sample; `a.b` is within an object."""
    return sorted(_all_values(table, name))[:20]


def _all_values(table: Table, name: str) -> set[str]:
    words = set()
    for row in table.sample:
        value: Any = row
        for key in [name] if table.kind == "rows" else name.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, str) and value and "@" not in value:  # never a person's address
            words.add(value)
    return words


def _time_format(table: Table, name: str) -> str:
    """Return the format that all times of the sample have, if there is one only."""
    forms = likely_formats(list(_all_values(table, name))) if name else []
    return forms[0] if len(forms) == 1 else ""


def _flag(text: str) -> str:
    return shlex.quote(text) if text.isascii() else f"'{text}'" if " " in text else text


def _lines(
    table: Table, role: Role, names: Sequence[str], found: Mapping[str, str], missing: Sequence[str]
) -> list[str]:
    lines = [
        f"# A mapping for {table.name}: edit it, then import with --map FILE (import-presets.md).",
        f"# Its columns: {', '.join(names)}",
        f"name = {_text(Path(table.name).stem)}",
        f"[[{role}]]",
        f"match = [{', '.join(map(_text, names if table.kind == 'rows' else found.values()))}]",
    ]
    if exploded := _list_of(found, table):
        lines.append(f"explode = {_text(exploded)}")
        found = {field: _within(name, exploded) for field, name in found.items()}
    if role == "items":
        lines.append('features = "rest"')
    lines.append(f"[{role}.columns]")
    lines += [f"{field} = {_text(name)}" for field, name in found.items()]
    lines += [f'# {field} = "?"  # needed: which column is it?' for field in missing]
    if role == "events":
        lines += _about_types(table, found)
        lines += _about_times(table, found.get("event_time", "").removeprefix("@"))
    return lines


def _about_types(table: Table, found: Mapping[str, str]) -> list[str]:
    if "event_type" not in found:
        return [
            "[events.defaults]",
            '# event_type = "purchase-complete"  # if all rows are the same',
        ]
    about = '# theirs = ours; "" leaves rows out. Ours: detail-page-view, click, add-to-cart, …'
    words = _values(table, found["event_type"].removeprefix("@"))
    return ["[events.types]", about, *map(_type_line, words)]


def _about_times(table: Table, name: str) -> list[str]:
    forms = likely_formats(list(_all_values(table, name))) if name else []
    if len(forms) == 1:
        return ["[events.time]", f"format = {_text(forms[0])}"]
    either = [f"# format = {_text(form)}" for form in forms]
    return ["[events.time]", "# which is the day?", *either] if forms else []


def _type_line(word: str) -> str:
    ours = same(word) if same(word) in KNOWN else _suggested(word)
    mark = "# " if ours == "?" else ""
    return f"{mark}{_text(same(word))} = {_text(KNOWN.get(ours, ours))}"


def _names(table: Table) -> list[str]:
    if table.kind == "rows":
        return [name or f"column {number}" for number, name in enumerate(table.columns, start=1)]
    return sorted(path.replace("[]", "") for path in table.paths if not path.endswith("[]"))


def _role(names: Sequence[str]) -> Role:
    people = f"{EVENTS['visitor_id']} {EVENTS['user_id']}"
    acts = _first(people, names) or _first("event-type event action event-name", names)
    return "events" if acts else "items"


def _first(words: str, names: Sequence[str]) -> str:
    """Return the name that is the earliest of ``words``; of a path, its end or its two last parts.

    >>> _first("user-id who", ["ts", "who.id"])
    'who.id'
    """
    short = {same(name.rsplit(".", 1)[-1]): name for name in reversed(names)}
    ends = ("id", "code", "sku", "key")
    held = {
        same(name.split(".")[-2]): name
        for name in names
        if name.split(".")[-1] in ends[:4] and "." in name
    }
    return next(
        (held.get(word) or short[word] for word in words.split() if word in held | short), ""
    )


def _lists(table: Table) -> set[str]:
    return {path[:-2].replace("[]", "") for path in table.paths if path.endswith("[]")}


def _list_of(found: Mapping[str, str], table: Table) -> str:
    """Return the list that holds the item, if it is in one: `items` of `items.item_id`."""
    before = found.get("item_id", "").rpartition(".")[0]
    return before if before in _lists(table) else ""


def _in_one_list(found: Mapping[str, str], table: Table) -> dict[str, str]:
    """Return the fields that stand outside of all lists, or in that of the item."""
    others = _lists(table) - {_list_of(found, table)}
    return {
        field: name
        for field, name in found.items()
        if not any(name.startswith(one + ".") for one in others)
    }


def _within(name: str, exploded: str) -> str:
    return "@" + name.removeprefix(exploded + ".") if name.startswith(exploded + ".") else name


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""A form from the caller's columns alone, for a file that no preset knows."""

from __future__ import annotations

from headwater_server.reading.mapping.forms.form import Column, Form, Role, TimeForm
from headwater_server.reading.mapping.names import BadMapping, same
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.mapping.overrides import field_name
from headwater_server.reading.opening.table import Table

_NATIVE = {
    "event_time": "timestamp", "event_type": "event_type", "visitor_id": "visitor_id",
    "user_id": "user_id", "item_id": "item_id", "session_id": "session_id", "value": "value",
    "event_id": "event_id", "quantity": "quantity", "price": "price",
    "currency_code": "currency_code", "placement": "placement", "position": "position",
    "order_id": "order_id", "reward": "reward",
}  # fmt: skip


def given_form(table: Table, role: Role, options: MappingOptions) -> Form | None:
    """Return a form of the given columns; what is not given may have Headwater's own name.

    None if no column was given; `BadMapping` if one that is needed is missing.
    """
    if not options.columns:
        return None
    given = {field_name(name, role) for name in options.columns}
    have = {same(name) for name in table.columns}
    own = {
        field: Column((name,))
        for field, name in _NATIVE.items()
        if role == "events" and field not in given and same(name) in have
    }
    known = given | set(own)
    _check(role, known, options, table)
    time = TimeForm(none=role == "events" and "event_time" not in known)
    return Form(preset="", role=role, columns=own, features=None, time=time)


def _check(role: Role, known: set[str], options: MappingOptions, table: Table) -> None:
    needed = {"items": ["item_id"], "users": ["user_id"]}.get(role, [])
    if role == "events":
        needed = ["event_time", "item_id"]
        needed += [] if known & {"visitor_id", "user_id"} else ["visitor_id"]
        needed += [] if "" in options.types else ["event_type"]
        if options.time_zero:
            needed.remove("event_time")
    missing = [field for field in needed if field not in known]
    if missing:
        flags = " ".join(f"--column {field}=…" for field in missing)
        of_type = " (or --type =view, if all rows are views)" if "event_type" in missing else ""
        raise BadMapping(f"{table.name}: also say {flags}{of_type}")

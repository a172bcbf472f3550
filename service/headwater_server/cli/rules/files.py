"""Rules as files and texts, in the form of the setting `rules`: docs/rules.md."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from headwater import Rule
from headwater_server.settings_checks import BadSettings
from headwater_server.settings_rules import read_rules, read_text
from headwater_server.settings_sources import read_toml

_TIMES = ("start", "end")
_LISTS = ("placements", "item_ids", "event_types")


def rules_of(text: str) -> list[Rule]:
    """Return the rules of JSON text, of @file with JSON, or of @file.toml. Raises `BadSettings`.

    The name of a file that is there needs no @: it is no JSON.

    >>> [rule.most for rule in rules_of('{"name": "two", "kind": "cap", "field": "a", "most": 2}')]
    [2]
    """
    is_path = not text.lstrip().startswith(("@", "[", "{"))
    if is_path and os.path.isfile(text):  # noqa: PTH113 -- Path.is_file raises for a long name
        text = f"@{text}"
    if text.startswith("@") and text.endswith(".toml"):
        given: Any = read_toml(Path(text[1:])).get("rules", [])
    else:
        given = text
    try:
        if isinstance(given, str):
            given = read_text(given)
            given = f"[{given}]" if given.lstrip().startswith("{") else given
        found = read_rules(given)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    if not found:
        raise BadSettings("there is no rule: write a list of objects, as for the setting rules")
    return [_rule(value) for value in found]


def time_of(flag: str, text: str) -> datetime:
    """Return the time that a flag gives, with its zone. Raises `BadSettings`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise BadSettings(f"{flag}: write a time with its zone, such as 2026-12-07T08:00:00Z")
    return time


def _rule(value: Mapping[str, Any]) -> Rule:
    """Return an object of the setting as a rule of the client."""
    fields = {name: one for name, one in value.items() if name not in _TIMES}
    for name in _LISTS:
        if name in fields:
            fields[name] = tuple(fields[name])
    for name in _TIMES:
        if name in value:
            fields[f"{name}_time"] = datetime.fromisoformat(value[name])
    return Rule(**fields)

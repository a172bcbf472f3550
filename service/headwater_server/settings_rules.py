"""The setting `rules`: JSON, a file with JSON, or tables of the settings file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_rules(value: Any) -> list[dict[str, Any]]:
    """Return the rules as plain objects. Raises ValueError, which says what is wrong.

    >>> read_rules('[{"name": "two", "kind": "cap", "field": "brand", "most": 2}]')[0]["most"]
    2
    >>> read_rules("[3]")
    Traceback (most recent call last):
    headwater_server.engine.reranking.rules.BadRuleError: rules[0]: an object was expected
    """
    # imported only when there are rules: it compiles filters, and so imports numba
    from headwater_server.engine.reranking.rules import parse_rules, plain  # noqa: PLC0415

    rules = _decoded(read_text(value)) if isinstance(value, str) else value
    if isinstance(rules, list) and all(isinstance(rule, dict) for rule in rules):
        rules = plain(rules)
    parse_rules(rules)
    return list(rules)


def read_text(value: str) -> str:
    """Return the text; of @file, the content of the file."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"rules = {value}: {error}") from None


def repeated_name(text: str) -> str:
    """Return a name that an object in JSON has twice, "" if there is none. The last would count.

    >>> repeated_name('{"click": 1, "view": 1, "click": 2}'), repeated_name('{"click": 1}')
    ('click', '')
    """
    found: list[str] = []

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        found.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=kept)
    except (ValueError, RecursionError):
        return ""  # what is no JSON is said by who reads it
    return next(iter(found), "")


def _decoded(text: str) -> Any:
    if name := repeated_name(text):
        raise ValueError(f"rules: {name} is there twice in one rule; write it once")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # also of numbers with thousands of digits
        raise ValueError(
            f"rules: write JSON, or @file with the path of a JSON file: {error}"
        ) from None

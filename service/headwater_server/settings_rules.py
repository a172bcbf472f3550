"""The rules, wherever they come from: JSON, a file of it, or tables of the settings file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headwater_server.engine.reranking.rules import parse_rules, plain


def read_rules(value: Any) -> list[dict[str, Any]]:
    """Return the rules as plain objects. Raises ValueError, which names what is wrong.

    >>> read_rules('[{"name": "two", "kind": "cap", "field": "brand", "most": 2}]')[0]["most"]
    2
    >>> read_rules("[3]")
    Traceback (most recent call last):
    headwater_server.engine.reranking.rules.BadRuleError: rules[0]: an object was expected
    """
    rules = _decoded(_text(value)) if isinstance(value, str) else value
    if isinstance(rules, list) and all(isinstance(rule, dict) for rule in rules):
        rules = plain(rules)
    parse_rules(rules)
    return list(rules)


def _text(value: str) -> str:
    """Return the text, or what stands in the file that it names with an @ before."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"rules = {value}: {error}") from None


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"rules: no JSON, and no @file that holds some: {error}") from None

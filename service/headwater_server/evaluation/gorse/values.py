"""Gorse's values in ours: times, lists, labels, booleans."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from headwater_server.engine.messages.events import ContextValue
from headwater_server.flattening import item_features

# RFC 3339 of its JSON; and Go's own way to print a time, of its CSV: 2024-05-01 10:00:00 +0000 UTC
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?)?"
    r"\s?(Z|[+-]\d\d:?\d\d)?(?: [A-Z]{3,4})?(?: m=\S+)?"
)
_TRUTHS = {"true": True, "1": True, "false": False, "0": False, "": False}


def time_ms(value: Any) -> int | str | None:
    """Return milliseconds since 1970, None for no time (or Go's zero), or an error text.

    >>> time_ms("2024-05-01T10:00:00.5Z"), time_ms("2024-05-01 10:00:00 +0000 UTC")
    (1714557600500, 1714557600000)
    >>> time_ms("0001-01-01T00:00:00Z"), time_ms("yesterday")
    (None, "'yesterday' is no time that Gorse writes, such as 2024-05-01T10:00:00Z")
    """
    text = str(value or "").strip()
    if not text or text.startswith("0001-01-01"):
        return None
    wrong = f"{text[:40]!r} is no time that Gorse writes, such as 2024-05-01T10:00:00Z"
    if not (match := _TIME.fullmatch(text)):
        return wrong
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in {None, "Z"} else zone
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone}")
    except ValueError:
        return wrong
    whole = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000
    if whole < 0:
        return f"{text[:40]!r} lies before 1970"
    return whole + int(float(fraction or 0) * 1000)


def truth(value: Any) -> bool | str:
    """Return true or false, or an error text.

    >>> truth(True), truth("false"), truth("no")
    (True, False, "'no' is neither true nor false")
    """
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(str(value if value is not None else "").strip().lower())
    return f"{value!r} is neither true nor false" if found is None else found


def texts(value: Any) -> list[str]:
    """Return a list's texts; a CSV separates them by ``|``, or has a list in JSON.

    >>> texts("a|b"), texts(["a", 1]), texts(None)
    (['a', 'b'], ['a', '1'], [])
    """
    listed = _decoded(value)
    if isinstance(listed, str):
        listed = listed.split("|")
    found = [str(part).strip() for part in listed] if isinstance(listed, list) else []
    return list(dict.fromkeys(part for part in found if part))


def labels(value: Any) -> tuple[tuple[tuple[str, ContextValue], ...], list[str]]:
    """Return (features, tags): a plain list of labels are tags, an object has both.

    >>> labels(["red", "wool"])
    ((), ['red', 'wool'])
    >>> labels({"size": 3, "for": ["men"]})
    ((('size', 3.0),), ['for=men'])
    """
    content = _decoded(value)
    if isinstance(content, dict):
        features, tags = item_features([content])
        return tuple(sorted(features.items())), tags
    return (), texts(content)


def _decoded(value: Any) -> Any:
    """Return the decoded value of a cell with JSON, else the value itself."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value

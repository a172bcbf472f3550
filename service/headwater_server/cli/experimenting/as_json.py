"""Plain values as JSON, for other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any


def print_json(value: Any) -> None:
    """Print a dataclass, or a list of them, as JSON with its own field names."""
    print(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Return what JSON can hold: times as ISO 8601, enums as their values.

    >>> from headwater import ArmAssignment
    >>> plain((ArmAssignment("warmer", "control"),))
    [{'experiment_id': 'warmer', 'arm_id': 'control'}]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value

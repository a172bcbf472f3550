"""Unique ids."""

from __future__ import annotations

from uuid import uuid4


def new_id() -> str:
    """Return 32 hexadecimal characters."""
    return uuid4().hex

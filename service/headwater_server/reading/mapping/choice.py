"""The form that a table has, and why."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.opening.table import Table


@dataclass(frozen=True)
class Choice:
    """A preset, the reason for it, and what it means; ``tables``: the counted one first."""

    preset: str
    why: str
    mapping: Form
    tables: tuple[Table, ...]

"""What a caller says about a file: the flags of a command, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Variants = Literal["fold", "keep"]
Emails = Literal["", "hash", "keep"]


@dataclass(frozen=True)
class MappingOptions:
    """The flags; each one overrides what a preset or a mapping file says.

    ``columns``: our field -> the file's column. ``types``: the file's word -> our event type, ""
    leaves such rows out. ``time_zero``: the date that relative times count from; a file without
    times is read in the order of its rows, one second each, from this date. ``emails``: which ids
    that are addresses become hashes, all or none ("": those of columns that are named so).
    ``encoding``: of texts that are no UTF-8, such as windows-1251.
    ``keep_last``: of several rows of an item the last one counts.
    """

    preset: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    time_format: str = ""
    time_zone: str = ""
    time_zero: str = ""
    scale: float | None = None
    map_file: Path | None = None
    variants: Variants = "fold"
    emails: Emails = ""
    id_salt: str = field(default="", repr=False)
    encoding: str = ""
    keep_last: bool = False

"""What a look at a store finds, one line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` says how it is, and if it is not ``fine``, what is missing; ``way`` what helps."""

    part: str
    text: str
    fine: bool = True
    way: str = ""


@dataclass(frozen=True, slots=True)
class Build:
    """What this build writes into its snapshots."""

    state_version: int
    river_version: str

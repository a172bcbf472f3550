"""The findings of a check, one line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``text`` describes the state of a part; if it is not ``fine``, ``fix`` names the fix.

    ``warns``: nothing is wrong, and an operator should know it.
    """

    part: str
    text: str
    fine: bool = True
    fix: str = ""
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """The versions that this build writes into its snapshots."""

    state_version: int
    river_version: str

"""Who is in which arm."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArmAssignment:
    """Which arm of an experiment somebody is in."""

    experiment_id: str
    arm_id: str

"""Read the arms of a visitor, or of a slate."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.arms import ArmAssignment
from headwater.v1 import arm_pb2


def arms(assigned: Iterable[arm_pb2.ArmAssignment]) -> tuple[ArmAssignment, ...]:
    """Read the arms of a visitor, or of a slate."""
    return tuple(ArmAssignment(one.experiment_id, one.arm_id) for one in assigned)

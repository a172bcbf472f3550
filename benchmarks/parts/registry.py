"""All parts, in the order in which they run."""

from __future__ import annotations

from benchmarks.parts.calls import (
    CALLS,
    CATALOGUE,
    CONNECTIONS,
    DURABILITY,
    FRONTS,
    GATEWAY,
    WORKERS,
)
from benchmarks.parts.disturbed import BESIDE, FROZEN, STALL, VISIBLE
from benchmarks.parts.experiments import EXPERIMENTS
from benchmarks.parts.growing import GROWING
from benchmarks.parts.learning import LEARNING
from benchmarks.parts.memory import MEMORY
from benchmarks.parts.planning import PLANNING
from benchmarks.parts.stages import STAGES
from benchmarks.parts.starting import FIRST_START, MILLION, RESTART

PARTS = {
    part.name: part
    for part in (
        CALLS,
        EXPERIMENTS,
        BESIDE,
        LEARNING,
        STAGES,
        DURABILITY,
        GATEWAY,
        CONNECTIONS,
        FRONTS,
        WORKERS,
        CATALOGUE,
        FROZEN,
        VISIBLE,
        STALL,
        RESTART,
        FIRST_START,
        MEMORY,
        MILLION,
        GROWING,
        PLANNING,
    )
}
"""By name."""

"""A part of the benchmark: what it is given, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving.figures import medians, ratio
from benchmarks.serving.rounds import Measured
from benchmarks.serving.servers import ECHOES, Shops

SHORT = {"echo asyncio": "asyncio", "echo threads": "threads"}


@dataclass(frozen=True)
class Settings:
    """How much is measured. ``scale`` 1.0: the sizes of the issue; less for a quick trial."""

    shops: Shops
    rounds: int = 5
    seconds: float = 1.0
    scale: float = 1.0
    data: Path = Path("../shared/data")

    def sized(self, count: int) -> int:
        """Return a size of the issue, or a smaller one for a trial."""
        return max(100, round(self.scale * count))


@dataclass(frozen=True)
class Part:
    """``run`` returns the figures, plain values as JSON has them; "failed" counts bad answers."""

    name: str
    text: str
    run: Callable[[Settings], dict[str, Any]]
    is_quick: bool = False


def rates(measured: Measured, references: tuple[str, ...] = ECHOES) -> dict[str, Any]:
    """Return case -> server -> figures, with the ratio to each reference by rate and by CPU."""
    found: dict[str, Any] = {}
    for (case, server), taken in measured.items():
        one: dict[str, Any] = asdict(medians(taken))
        for name in references:
            if (case, name) in measured and server not in ECHOES:
                other = measured[case, name]
                one[f"rate_of {SHORT.get(name, name)}"] = ratio(taken, other, "calls_per_s")
                one[f"cpu_of {SHORT.get(name, name)}"] = ratio(other, taken, "cpu_us")
        found.setdefault(case, {})[server] = one
    return found


def failures(measured: Measured) -> int:
    """Return how many calls failed or had another answer than was asked for."""
    return sum(sum(one.failed.values()) for taken in measured.values() for one in taken)


def at(figures: Mapping[str, Any], *keys: str) -> Any:
    """Return the value at this path, None if it was not measured.

    >>> at({"a": {"b": 1}}, "a", "b"), at({"a": {}}, "a", "b")
    (1, None)
    """
    value: Any = figures
    for key in keys:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value

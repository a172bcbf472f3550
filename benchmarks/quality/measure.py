"""One contestant on one set: the backtest of the service, with cold start counted beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.quality import coldstart
from benchmarks.quality.cache import Cache, key_of
from benchmarks.quality.coldstart import ColdStart
from benchmarks.quality.contestants import SERVICE, Contestant
from benchmarks.quality.sets import DataSet
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.tally import Tally

Row = dict[str, float | int | None]
"""What `Tally.figures` returns."""

PROTOCOL = key_of(
    [],
    {
        *(SERVICE / "evaluation").glob("*.py"),
        SERVICE / "engine" / "messages" / "rewards.py",
        SERVICE / "engine" / "messages" / "events.py",
        Path(str(coldstart.__file__)),
        Path(__file__),
    },
    [],
)
"""What the figures of every contestant depend on: digested at import, before an edit."""


@dataclass(frozen=True)
class Measured:
    """The figures of one contestant on one set. ``digest`` is of Headwater's state, else ""."""

    contestant: str
    settings: str
    total: Row
    by_tenth: list[Row]
    cold: dict[str, Row]
    events_per_second: float
    quarantined: int
    digest: str
    measured_on: str
    strengthened: bool
    strangers: Row = field(default_factory=lambda: Tally().figures())
    training_cpu_s: float = 0.0
    cached: bool = False


def measure(
    data: DataSet, contestant: Contestant, cache: Cache, on_event: Callable[[int, Tally], None]
) -> Measured:
    """Return the figures: kept ones if all they depend on is as it was, else new ones."""
    name = key(data, contestant)
    kept = cache.find(name)
    if kept is not None:
        return replace(Measured(**kept), cached=True)
    measured = run(data, contestant, on_event)
    cache.keep(name, as_values(measured))
    return measured


def key(data: DataSet, contestant: Contestant) -> str:
    """Return the name under which the figures are kept."""
    rows, canonical = str(len(data.history.events)), contestant.engine_settings.canonical()
    how = (contestant.name, contestant.settings, canonical, contestant.source, PROTOCOL)
    return key_of((data.digest, rows, data.repeats, *how), [], [])


def run(data: DataSet, contestant: Contestant, on_event: Callable[[int, Tally], None]) -> Measured:
    """Fold the contestant over the set, now."""
    history = replace(data.history, settings=contestant.engine_settings)
    cold = ColdStart(history.events)
    engine = contestant.make()
    result = Backtest(engine, history, data.repeats, on_event, cold.count).run()
    return Measured(
        contestant=contestant.name,
        settings=contestant.settings,
        total=result.total.figures(),
        by_tenth=[tally.figures() for tally in result.by_tenth],
        cold={name: tally.figures() for name, tally in cold.tallies.items()},
        events_per_second=round(result.events_per_second, 1),
        quarantined=result.quarantined,
        digest=result.digest,
        measured_on=time.strftime("%Y-%m-%d"),
        strengthened=contestant.strengthened,
        strangers=result.strangers.figures(),
        training_cpu_s=round(getattr(engine, "training_cpu_s", 0.0), 1),
    )


def as_values(measured: Measured) -> dict[str, Any]:
    """Return plain values, as JSON holds them."""
    return asdict(measured)

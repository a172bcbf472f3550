"""What is counted of each source, and its metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from headwater_server.engine.sources import SourceState

PREFIX = "headwater_source_"
States = Mapping[tuple[str, str], SourceState]


@dataclass
class Figures:
    """What this process counts of one source; ``problem`` is why it cannot be read now."""

    name: str
    is_read: bool = False
    problem: str = ""
    problems: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lags: Mapping[str, int] = field(default_factory=dict)


def families(figures: Sequence[Figures], states: States) -> Iterator[Metric]:
    """Yield the metrics of all sources, with the values of this moment."""
    messages = CounterMetricFamily(
        PREFIX + "messages", "Messages read, as the state counts them.", labels=("source",)
    )
    missed = CounterMetricFamily(
        PREFIX + "messages_missed",
        "Messages that were deleted at the source before they were read.",
        labels=("source",),
    )
    outcomes = CounterMetricFamily(
        PREFIX + "outcomes",
        "What became of the events and items that this process read.",
        labels=("source", "status"),
    )
    problems = CounterMetricFamily(
        PREFIX + "problems", "Times that this process could not read it.", labels=("source",)
    )
    is_read = GaugeMetricFamily(
        PREFIX + "up",
        "1: this process reads it; 0: it cannot; absent: another process reads it.",
        labels=("source",),
    )
    lag = GaugeMetricFamily(
        PREFIX + "lag_messages", "Messages that are not read yet.", labels=("source", "partition")
    )
    position = GaugeMetricFamily(
        PREFIX + "position",
        "Number of the next record; of a Redis Stream the time of the last entry, in ms.",
        labels=("source", "partition"),
    )
    for (name, partition), state in states.items():
        position.add_metric((name, partition), float(state.position.partition("-")[0] or 0))
    for one in figures:
        own = [state for (name, _), state in states.items() if name == one.name]
        messages.add_metric((one.name,), sum(state.messages for state in own))
        missed.add_metric((one.name,), sum(state.missed for state in own))
        problems.add_metric((one.name,), one.problems)
        for status, count in sorted(one.outcomes.items()):
            outcomes.add_metric((one.name, status), count)
        if one.is_read:
            is_read.add_metric((one.name,), 0.0 if one.problem else 1.0)
            for partition, count in one.lags.items():
                lag.add_metric((one.name, partition), count)
    yield from (messages, missed, outcomes, problems, is_read, lag, position)

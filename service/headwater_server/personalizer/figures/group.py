"""The figures of one slot, or of all calls with one: by day, and since the beginning."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from headwater_server.engine.messages.events import Choice
from headwater_server.personalizer.choosing import APPRENTICE
from headwater_server.personalizer.figures.values import Values

DAYS_MAX = 400


@dataclass(slots=True)
class Day:
    """Sums of a day (UTC): choices, the policy's chance of the baseline, rewards, imitated ones.

    ``matched_reward`` is the reward of what was shown, weighted by the policy's chance of it.
    """

    decisions: int = 0
    matches: float = 0.0
    rewards: float = 0.0
    baselines: int = 0
    matched_reward: float = 0.0
    apprentices: int = 0

    def add(self, choice: Choice, reward: float) -> None:
        """Add a choice and what it earned."""
        self.decisions += 1
        self.matches += choice.baseline_propensity
        self.rewards += reward
        self.baselines += choice.is_baseline
        self.matched_reward += reward * choice.policy_propensity
        self.apprentices += choice.mode == APPRENTICE

    @property
    def match_rate(self) -> float | None:
        """Return the mean chance of the baseline under the policy; None without choices."""
        return self.matches / self.decisions if self.decisions else None


@dataclass(slots=True)
class Group:
    """All figures of a slot; ``uncovered`` are choices from which no value can be computed."""

    total: Day = field(default_factory=Day)
    days: dict[str, Day] = field(default_factory=dict)
    values: Values = field(default_factory=Values)
    uncovered: int = 0
    first_ms: int = 0
    last_ms: int = 0

    def add(self, choice: Choice, reward: float, shown_ms: int) -> None:
        """Add a choice whose reward wait is over."""
        self.first_ms = self.first_ms or shown_ms
        self.last_ms = max(self.last_ms, shown_ms)
        self.total.add(choice, reward)
        self.days.setdefault(day_of(shown_ms), Day()).add(choice, reward)
        while len(self.days) > DAYS_MAX:
            del self.days[min(self.days)]
        if not (choice.covers_both and self.values.add(choice, reward)):
            self.uncovered += 1

    def kept(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def restored(cls, kept: dict[str, Any]) -> Group:
        """Return what `kept` returned."""
        return cls(
            **{
                **kept,
                "total": Day(**kept["total"]),
                "days": {day: Day(**sums) for day, sums in kept["days"].items()},
                "values": Values.restored(kept["values"]),
            }
        )


def day_of(time_ms: int) -> str:
    """Return the day, UTC.

    >>> day_of(0)
    '1970-01-01'
    """
    return f"{datetime.fromtimestamp(time_ms / 1_000, UTC):%Y-%m-%d}"

"""What the door for Personalizer's callers is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class PersonalizerSettings:
    """Each field's meaning, unit and reason stand in its ``help`` metadata."""

    personalizer_reward_wait_minutes: float = field(
        default=10.0,
        metadata={
            "help": "minutes after a rank call in which rewards and activations count; then the "
            "default reward is given"
        },
    )
    personalizer_default_reward: float = field(
        default=0.0, metadata={"help": "reward of an event that got none in time, -1 to 1"}
    )
    personalizer_reward_aggregation: Literal["earliest", "sum"] = field(
        default="earliest",
        metadata={"help": "of several rewards of an event, the first counts, or their sum"},
    )
    personalizer_visitor_features: tuple[str, ...] = field(
        default=("visitorId", "userId"),
        metadata={
            "help": "context features that name the visitor, the first that is there; without one "
            "each event is a stranger's"
        },
    )
    personalizer_action_features: bool = field(
        default=True,
        metadata={
            "help": "put the actions' features into the catalogue; off: it is the shop's alone, "
            "and an action that it lacks is ranked, but not learned from when it is not chosen"
        },
    )
    personalizer_placement: str = field(
        default="personalizer",
        metadata={"help": "the placement that metrics and rules know these lists by"},
    )

"""Settings of the adapter for Personalizer's callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class PersonalizerSettings:
    """Each field's meaning, unit and reason are in its ``help`` metadata."""

    personalizer_reward_wait_minutes: float = field(
        default=10.0,
        metadata={
            "help": "minutes after a rank call in which rewards and activations count; then the "
            "event gets the default reward"
        },
    )
    personalizer_default_reward: float = field(
        default=0.0, metadata={"help": "reward of an event without a reward in time, -1 to 1"}
    )
    personalizer_reward_aggregation: Literal["earliest", "sum"] = field(
        default="earliest",
        metadata={
            "help": "which reward counts if an event gets several: the earliest, or their sum"
        },
    )
    personalizer_visitor_features: tuple[str, ...] = field(
        default=("visitorId", "userId"),
        metadata={
            "help": "context features that contain the visitor ID, in order of preference; "
            "without any of them, each event is from a new visitor"
        },
    )
    personalizer_action_features: bool = field(
        default=True,
        metadata={
            "help": "write the features of actions to the catalogue; off: only the shop writes "
            "the catalogue, and an action that is not in it is ranked, but not learned from "
            "unless it is chosen"
        },
    )
    personalizer_mode: Literal["online", "apprentice"] = field(
        default="online",
        metadata={
            "help": "online: the policy answers; apprentice: the answer is the caller's first "
            "action, and the policy learns from its rewards (docs/personalizer.md)"
        },
    )
    personalizer_share: float = field(
        default=0.0,
        metadata={
            "help": "share of answers that the policy gives in apprentice mode, 0 to 1; above 0, "
            "the values of policy and baseline are known with bounds"
        },
    )
    personalizer_placement: str = field(
        default="personalizer",
        metadata={"help": "name of the placement of these lists in metrics and rules"},
    )

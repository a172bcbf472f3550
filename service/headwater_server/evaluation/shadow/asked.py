"""What is asked of a shadow."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from headwater_server.engine.policies.policy import Policy
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.shown.span import Span

ANSWERS_MAX = 50_000


@dataclass(frozen=True)
class ShadowAsked:
    """The flags of a shadow. ``name``: of its report; ``on_log``: the policy as the log has it.

    It stays ``window_minutes`` behind the log's end: the time in which an act counts for a list.
    The newest ``answers_max`` answers count. ``warm_days``: see `asking.second_pass.replay_own`.
    """

    name: str
    wanted: Wanted
    span: Span = field(default_factory=Span)
    metric: str = "act_rate"
    placement: str | None = None
    window_minutes: float = 30.0
    warm_days: float = 7.0
    level: float = 0.95
    first_slot: bool = False
    answers_max: int = ANSWERS_MAX
    publish_s: float = 300.0
    on_log: Policy | None = None

    @property
    def window_ms(self) -> float:
        """Return the window in milliseconds."""
        return self.window_minutes * 60_000.0

    @property
    def key(self) -> str:
        """Return what a stored state must be of to be continued: all but what a report can change.

        >>> from headwater_server.engine.policies.policy import Policy
        >>> ShadowAsked("a", Wanted(Policy("best"))).key == ShadowAsked(
        ...     "a", Wanted(Policy("best")), metric="reward"
        ... ).key
        True
        """
        values = {
            "policy": self.wanted.name,
            "settings": self.wanted.settings,
            "from": list(self.span.first),
            "placement": self.placement,
            "window_minutes": self.window_minutes,
            "warm_days": self.warm_days,
            "first_slot": self.first_slot,
        }
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

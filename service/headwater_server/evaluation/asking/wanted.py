"""A policy that is asked about, and what of it needs an engine of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.policies.ranges import RANKER
from headwater_server.engine.setting_values.rankers import CHAMPION
from headwater_server.engine.settings import EngineSettings

HOW = {
    "champion": "what was shown",
    "best": "the highest scores, nothing drawn",
    "random": "each allowed candidate with the same chance",
    "baseline": "the candidates in the order in which the caller sent them",
    "popular": "the items with the most interactions",
}
SHARED = "answers from the champion's state"
OWN = "an engine of its own, which learns the same log under these settings"


@dataclass(frozen=True)
class Wanted:
    """A policy to ask about; ``state`` has the settings that change what is learned."""

    policy: Policy
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name in the report."""
        return self.policy.policy_id

    @property
    def settings(self) -> dict[str, Any]:
        """Return all that it overrides."""
        return {**self.policy.overrides, **self.state}

    @property
    def beside(self) -> str:
        """The name of a ranker beside the champion by which it answers over the same state."""
        name = str(self.policy.overrides.get(RANKER, CHAMPION))
        return "" if self.state or name == CHAMPION else name

    def lacks(self, settings: EngineSettings) -> str:
        """Return which ranker it names that is not there under ``settings``, "" if none."""
        return self.policy.lacks(replace(settings, **self.state))

    @property
    def how(self) -> str:
        """Return in words how it is asked."""
        return HOW.get(self.name) or (OWN if self.state else SHARED)

"""The policies that are kept, and the promoted ones: a stack over the settings of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any

from headwater_server.engine.experiments.reports import PromotedPolicy
from headwater_server.engine.messages.experiments import PolicyPromote
from headwater_server.engine.policies.policy import BASELINES, Policy


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy, when it was written, and by whom."""

    policy: Policy
    time_ms: int
    who: str


class KeptPolicies:
    """Policies by id. A promoted one is kept as it was promoted.

    >>> kept = KeptPolicies()
    >>> kept.write(Policy("bold", {"exploration_temperature": 0.4}), 0, "ann")
    >>> kept.promote(PolicyPromote("bold", force_reason="we know it"), 0)
    >>> kept.promoted[-1].overrides
    '{"exploration_temperature":0.4}'
    >>> kept.roll_back()
    >>> kept.promoted
    []
    """

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self.promoted: list[PromotedPolicy] = []

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept.values())

    def get(self, policy_id: str) -> Policy | None:
        """Return a policy that was written, or one that needs no writing; None: there is none."""
        if policy_id in BASELINES:
            return Policy(policy_id)
        kept = self._kept.get(policy_id)
        return kept.policy if kept else None

    def write(self, policy: Policy, time_ms: int, who: str) -> None:
        """Keep a policy, in the place of one with its id."""
        self._kept[policy.policy_id] = Kept(policy, time_ms, who)

    def promote(self, promote: PolicyPromote, time_ms: int) -> None:
        """Put a policy that is kept on top of the stack."""
        overrides = overrides_text(self._kept[promote.policy_id].policy)
        self.promoted.append(
            PromotedPolicy(
                promote.policy_id,
                overrides,
                time_ms,
                promote.who,
                promote.experiment_id,
                promote.arm_id,
                promote.report_digest,
                promote.force_reason,
            )
        )

    def roll_back(self) -> None:
        """Take the top of the stack away."""
        self.promoted.pop()

    def state(self) -> dict[str, Any]:
        """Return policies and stack as plain values."""
        kept = [[k.policy.canonical(), k.time_ms, k.who] for k in self._kept.values()]
        return {"kept": kept, "promoted": [list(astuple(one)) for one in self.promoted]}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        rows = ((Policy.parse(text), time_ms, who) for text, time_ms, who in state["kept"])
        self._kept = {policy.policy_id: Kept(policy, *beside) for policy, *beside in rows}
        self.promoted = [PromotedPolicy(*values) for values in state["promoted"]]


def overrides_text(policy: Policy) -> str:
    """Return a policy's overrides as JSON with sorted keys.

    >>> overrides_text(Policy("bold", {"diversity": "low"}))
    '{"diversity":"low"}'
    """
    return json.dumps(dict(policy.overrides), sort_keys=True, separators=(",", ":"))

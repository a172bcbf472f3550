"""`--check`: is each answer the same, byte for byte, when it is asked again?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import Recommendation
from headwater_server.evaluation.replay.replay import is_same_list
from headwater_server.evaluation.replay.shown import request_of
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.collecting import build_text
from headwater_server.replica.group.identity import this_build

SHARE_MIN = 0.999
"""Below it, the state that is replayed is not the one that answered: no estimate is given."""


@dataclass
class Check:
    """How many answers are equal, and the first that is not."""

    asked: int = 0
    equal: int = 0
    same_items: int = 0
    first_difference: dict[str, Any] | None = field(default=None)

    @property
    def share(self) -> float:
        """Return the share of equal answers, 1 if none was asked."""
        return self.equal / self.asked if self.asked else 1.0

    @property
    def passes(self) -> bool:
        """Return whether estimates may be given."""
        return self.share >= SHARE_MIN

    def ask(self, engine: Engine, answer: Answer, build: str) -> None:
        """Ask once more; ``build`` says which other build answered, "" if it was this one."""
        self.asked += 1
        slate = answer.slate
        request = request_of(answer.visitor_id, slate, by_page=answer.self_asked)
        found = engine.recommend(request, slate.time_ms)
        self.same_items += tuple(found.item_ids) == slate.item_ids
        if is_same_list(found, slate):
            self.equal += 1
        elif self.first_difference is None:
            self.first_difference = {
                "recommendation_id": slate.recommendation_id,
                "place": list(answer.place),
                "placement": answer.placement,
                "reason": build or _reason(found, answer),
            }

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "asked": self.asked,
            "equal": self.equal,
            "same_items": self.same_items,
            "share": self.share,
            "passes": self.passes,
            "first_difference": self.first_difference,
        }


def _reason(found: Recommendation, answer: Answer) -> str:
    slate = answer.slate
    if tuple(found.item_ids) != slate.item_ids:
        slot = next(
            (
                number
                for number, pair in enumerate(zip(found.item_ids, slate.item_ids, strict=False), 1)
                if pair[0] != pair[1]
            ),
            min(len(found.item_ids), len(slate.item_ids)) + 1,
        )
        return f"another item in slot {slot}: the state or the settings are not those that answered"
    if found.policy != slate.policy:
        return f"policy {found.policy} instead of {slate.policy}"
    return "the same items with other chances"


def other_build(answered: str) -> str:
    """Return the reason that another build gives, "" if this one answered or nobody noted it."""
    here = build_text(this_build(Engine.STATE_VERSION))
    if answered in ("", here):
        return ""
    return f"answered by the build {answered}, asked again by {here}"

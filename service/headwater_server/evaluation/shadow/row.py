"""An answer that was asked again: what was shown, what it earned, and both policies' chances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.events import Slate
from headwater_server.evaluation.shown.answer import Answer

Single = NDArray[np.float32]
SLOT, LISTED = 0, 1


@dataclass(slots=True)
class Row:
    """``champion`` and ``own`` are chances by slot: of the slot, and anywhere in the list.

    ``own`` is None where the policy was not asked: during the warm-up, or if it is not defined for
    the request. ``least``: see `ChanceTable`. ``is_same_top``: the policy, with the same draws,
    would have put the same item first; ``in_common``: the share of its items that were shown.
    ``is_settled``: no act can count for it any more.
    """

    answer: Answer
    champion: Single
    least: float
    own: Single | None = None
    own_least: float = 0.0
    is_same_top: bool = False
    in_common: float = 0.0
    is_settled: bool = False

    def settle(self) -> None:
        """Keep only what a report needs: the list's items and its question are not."""
        self.answer, self.is_settled = slim(self.answer), True


def slim(answer: Answer) -> Answer:
    """Return the answer without its items, its question and what was seen of it."""
    slate = answer.slate
    kept = Slate(
        slate.recommendation_id,
        "",
        "",
        ("",) * len(slate.item_ids),
        slate.propensities,
        slate.sequence,
        slate.operations,
        slate.time_ms,
        (),
        None,
        windows=slate.windows,
    )
    return Answer(
        kept,
        answer.visitor_id,
        answer.user_id,
        answer.self_asked,
        answer.placement,
        answer.reported_ms,
        frozenset(),
        answer.earned,
        answer.acts,
    )

"""The answer to a rank call: every action; an excluded one keeps its position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater_server.personalizer.requests import RankRequest


def ranked(request: RankRequest, probabilities: Mapping[str, float]) -> dict[str, Any]:
    """Return Personalizer's answer.

    ``probabilities`` are those of the slate's items to be in the first slot, best item first. An
    excluded action keeps its position with 0; one that may not be shown now comes last, with 0.
    If none may, the caller's own order stays, as without a recommender.
    """
    shown = dict(probabilities) or {request.candidates[0]: 1.0}
    order = iter([*shown, *(name for name in request.candidates if name not in shown)])
    excluded, ranking = set(request.excluded), []
    for action in request.actions:
        name = action.id if action.id in excluded else next(order)
        ranking.append({"id": name, "probability": shown.get(name, 0.0)})
    return {
        "ranking": ranking,
        "eventId": request.event_id,
        "rewardActionId": next(iter(shown)),
    }

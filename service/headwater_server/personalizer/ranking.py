"""The answer to a rank call: every action, the excluded ones where they stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater_server.personalizer.requests import RankRequest


def ranked(request: RankRequest, chances: Mapping[str, float]) -> dict[str, Any]:
    """Return Personalizer's answer.

    ``chances`` are the slate's items, best first, with the chance of each to stand in the first
    slot. An excluded action keeps its place with 0; one that may not be shown now comes last,
    with 0. If none may, the caller's own order holds, as without a recommender.
    """
    shown = dict(chances) or {request.candidates[0]: 1.0}
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

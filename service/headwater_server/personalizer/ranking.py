"""The answer to a rank call: every action; an excluded one keeps its position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headwater_server.personalizer.requests import RankRequest


def ranked(
    request: RankRequest, action: str, chances: Mapping[str, float], *, of_baseline: bool = False
) -> dict[str, Any]:
    """Return Personalizer's answer, with the action that is shown first.

    ``chances`` are those of actions to be shown first, in the order of the slate. An excluded
    action keeps its position with 0; one that may not be shown now comes last, with 0. If the
    caller's own action is shown, the caller's own order stays.
    """
    candidates = request.candidates
    order = iter(_first(action, candidates if of_baseline else [*chances, *candidates]))
    excluded, ranking = set(request.excluded), []
    for one in request.actions:
        name = one.id if one.id in excluded else next(order)
        ranking.append({"id": name, "probability": chances.get(name, 0.0)})
    return {"ranking": ranking, "eventId": request.event_id, "rewardActionId": action}


def _first(action: str, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([action, *names]))

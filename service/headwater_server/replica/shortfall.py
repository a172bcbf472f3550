"""Why a slate is shorter than it was asked to be, for a person to read."""

from __future__ import annotations

from headwater_server.engine.requests import RecommendRequest


def shortfall(request: RecommendRequest, shown: int) -> str:
    """Return "" if ``shown`` items are as many as there could be, else what kept them so few.

    >>> shortfall(RecommendRequest("ann", "r1", page_size=5, filter="price < 9"), shown=3)
    'only 3 items may be shown that pass the filter'
    >>> shortfall(RecommendRequest("ann", "r1", candidate_item_ids=("a", "b")), shown=1)
    'only 1 of the 2 candidates may be shown'
    >>> shortfall(RecommendRequest("ann", "r1", candidate_item_ids=("a", "b")), shown=2)
    ''
    """
    candidates = len(set(request.candidate_item_ids))
    if shown >= min(request.page_size, candidates or request.page_size):
        return ""
    what = f"{shown} of the {candidates} candidates" if candidates else f"{shown} items"
    return f"only {what} may be shown{_conditions(request)}"


def _conditions(request: RecommendRequest) -> str:
    conditions = [" that pass the filter"] if request.filter else []
    if request.exclude_item_ids:
        conditions.append(" that are not excluded")
    return " and".join(conditions)

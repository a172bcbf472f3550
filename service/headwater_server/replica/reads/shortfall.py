"""Explains in words why a slate is shorter than requested."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.messages.requests import RecommendRequest


def shortfall(
    request: RecommendRequest, shown: int, limits: Sequence[str] = (), notes: Sequence[str] = ()
) -> str:
    """Return "" if ``shown`` items are as many as possible, otherwise the reason.

    ``limits`` names the caps that excluded other items; ``notes`` say what no item has of the
    filter.

    >>> shortfall(RecommendRequest("ann", "r1", page_size=5, filter="price < 9"), shown=3)
    'only 3 items may be shown that pass the filter'
    >>> shortfall(RecommendRequest("ann", "r1", candidate_item_ids=("a", "b")), shown=1)
    'only 1 of the 2 candidates may be shown'
    >>> shortfall(RecommendRequest("ann", "r1", candidate_item_ids=("a", "b")), shown=2)
    ''
    >>> shortfall(RecommendRequest("ann", "r1"), shown=4, limits=["two a brand"])
    'only 4 items may be shown under the rule "two a brand"'
    >>> note = "no item has the field colr"
    >>> shortfall(RecommendRequest("ann", "r1", filter='colr: ANY("red")'), 0, notes=[note])
    'only 0 items may be shown that pass the filter; no item has the field colr'
    """
    candidates = len(set(request.candidate_item_ids))
    if shown >= min(request.page_size, candidates or request.page_size):
        return ""
    what = f"{shown} of the {candidates} candidates" if candidates else f"{shown} items"
    reason = f"only {what} may be shown{_conditions(request)}{_rules(limits)}"
    return "; ".join((reason, *notes))


def _rules(names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f" under the rule{'s' * (len(names) > 1)} {quoted}" if names else ""


def _conditions(request: RecommendRequest) -> str:
    conditions = [" that pass the filter"] if request.filter else []
    if request.exclude_item_ids:
        conditions.append(" that are not excluded")
    return " and".join(conditions)

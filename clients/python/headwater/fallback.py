"""The list that a page shows while the server does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.errors import (
    DeadlineExceededError,
    HeadwaterError,
    OverloadedError,
    UnavailableError,
)
from headwater.recommendations import Recommendation, Result
from headwater.v1.recommendation_service_pb2 import RecommendRequest

PAGE_SIZE = 20  # the server's own default


def is_away(error: HeadwaterError) -> bool:
    """Whether the server could not answer in time, and the request itself was not wrong.

    >>> is_away(OverloadedError("local_rate_limited"))
    True
    """
    return isinstance(error, (OverloadedError, UnavailableError, DeadlineExceededError))


def fallback_list(request: RecommendRequest, item_ids: Sequence[str]) -> Recommendation:
    """Return the caller's items as a slate: each once, and without what the request excludes.

    >>> request = RecommendRequest(exclude_item_ids=["b"], context_item_ids=["c"], page_size=2)
    >>> fallback_list(request, ["a", "b", "a", "c", "d", "e"]).item_ids
    ['a', 'd']
    """
    left_out = {*request.exclude_item_ids, *request.context_item_ids}
    kept = [item_id for item_id in dict.fromkeys(item_ids) if item_id not in left_out]
    return Recommendation(
        recommendation_id=request.recommendation_id,
        attribution_token="",
        results=tuple(_result(item_id) for item_id in kept[: request.page_size or PAGE_SIZE]),
        offset="",
        policy="fallback",
        degraded=(),
        is_fallback=True,
    )


def _result(item_id: str) -> Result:
    return Result(item_id, score=0.0, probability=None, propensity=1.0, sources=(), reasons=())

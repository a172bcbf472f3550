"""The two calls that are measured: requests as bytes, and answers looked at afterwards.

Nothing is translated while the clock runs, so that the generator is lighter than any server.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from google.protobuf.message import DecodeError

from benchmarks.serving.order import Order
from benchmarks.shops import shape
from benchmarks.shops.shop import item_id, visitor_id
from headwater.v1 import event_pb2, feedback_service_pb2, recommendation_service_pb2

PAGE_SIZE = 20
DRAWN = 1_000
QUESTIONS = 4_000  # of an order, before the same visitors ask again


@dataclass(frozen=True)
class Call:
    """One method: its requests, and what is wrong with an answer, "" for nothing."""

    path: str
    requests: Callable[[Order, int, int], Iterator[bytes]]
    problem: Callable[[bytes, int], str]


def _drawn(skew: shape.Skew, count: int, seed: tuple[int, ...]) -> Iterator[int]:
    """Yield numbers below ``count`` without end, low ones more often."""
    rng = np.random.default_rng(seed)
    while True:
        yield from skew.ranks(rng.random(DRAWN), count).tolist()


def _questions(order: Order, stream: int, _: int) -> Iterator[bytes]:
    """Return questions of visitors who change from call to call, and from order to order.

    All are made here and now, before the clock runs.
    """
    visitors = _drawn(shape.VISITORS, order.visitors, (order.seed, stream, 4))
    asked = [
        recommendation_service_pb2.RecommendRequest(
            visitor_id=visitor_id(next(visitors)), placement="home", page_size=PAGE_SIZE
        ).SerializeToString()
        for _ in range(QUESTIONS)
    ]
    return itertools.cycle(asked)


def _slate_problem(answer: bytes, _: int) -> str:
    try:
        slate = recommendation_service_pb2.RecommendResponse.FromString(answer)
    except DecodeError:
        return "no RecommendResponse"
    item_ids = {result.item_id for result in slate.results}
    if len(item_ids) != PAGE_SIZE or "" in item_ids:
        return f"{len(item_ids)} different items in place of {PAGE_SIZE}"
    return "" if slate.attribution_token and slate.offset else "no token or no offset"


def _feedback(order: Order, stream: int, events: int) -> Iterator[bytes]:
    """Yield views with ids never used before, ``events`` to a call."""
    visitors = _drawn(shape.VISITORS, order.visitors, (order.seed, stream, 5))
    items, n = _drawn(shape.ITEMS, order.items, (order.seed, stream, 6)), 0
    while True:
        batch = []
        for _ in range(events):
            n += 1
            event = event_pb2.Event(event_id=f"{order.seed}:{stream}:{n}", event_type="view")
            event.items.add(item_id=item_id(next(items)))
            event.visitor_id = visitor_id(next(visitors))
            batch.append(event)
        yield feedback_service_pb2.FeedbackRequest(events=batch).SerializeToString()


def _outcome_problem(answer: bytes, events: int) -> str:
    try:
        outcome = feedback_service_pb2.FeedbackResponse.FromString(answer)
    except DecodeError:
        return "no FeedbackResponse"
    statuses = [result.status for result in outcome.results]
    if statuses != [event_pb2.EVENT_STATUS_CREATED] * events:
        return "not every event was created"
    return "" if outcome.offset else "no offset"


CALLS = {
    "Recommend": Call("/headwater.v1.RecommendationService/Recommend", _questions, _slate_problem),
    "Feedback": Call("/headwater.v1.FeedbackService/Feedback", _feedback, _outcome_problem),
}

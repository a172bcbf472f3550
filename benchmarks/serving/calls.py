"""The two calls that are measured: requests as bytes, and answers looked at afterwards.

Nothing is translated while the clock runs, so that the generator is lighter than any server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from google.protobuf.message import DecodeError

from benchmarks.serving.workload import Workload
from headwater.v1 import event_pb2, feedback_service_pb2, recommendation_service_pb2

PAGE_SIZE = 20


@dataclass(frozen=True)
class Call:
    """One method: its requests, and what is wrong with an answer, "" for nothing."""

    path: str
    requests: Callable[[Workload, str, int], Iterator[bytes]]
    problem: Callable[[bytes, int], str]


def _questions(workload: Workload, seed: str, _: int) -> Iterator[bytes]:
    """Yield the same thousand visitors' questions again and again."""
    random = Random(seed)
    asked = [
        recommendation_service_pb2.RecommendRequest(
            visitor_id=workload.visitor_id(random), placement="home", page_size=PAGE_SIZE
        ).SerializeToString()
        for _ in range(1_000)
    ]
    while True:
        yield from asked


def _slate_problem(answer: bytes, _: int) -> str:
    try:
        slate = recommendation_service_pb2.RecommendResponse.FromString(answer)
    except DecodeError:
        return "no RecommendResponse"
    item_ids = {result.item_id for result in slate.results}
    if len(item_ids) != PAGE_SIZE or "" in item_ids:
        return f"{len(item_ids)} different items in place of {PAGE_SIZE}"
    return "" if slate.attribution_token and slate.offset else "no token or no offset"


def _feedback(workload: Workload, seed: str, events: int) -> Iterator[bytes]:
    """Yield clicks with ids never used before, ``events`` to a call."""
    random, n = Random(seed), 0
    while True:
        batch = []
        for _ in range(events):
            n += 1
            item = event_pb2.EventItem(item_id=workload.item_id(random))
            event = event_pb2.Event(event_id=f"{seed}:{n}", event_type="click", items=[item])
            event.visitor_id = workload.visitor_id(random)
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

"""The client for threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack

from headwater import calls
from headwater.catalogue import Catalogue
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.errors import HeadwaterError
from headwater.events import Event, FeedbackAnswer
from headwater.experimenting import Experiments
from headwater.fallback import fallback_list, is_away
from headwater.feedback_stream import FeedbackStream
from headwater.lists import ItemList
from headwater.model import DriftAlarm, Metric, Model
from headwater.operating import Operations
from headwater.recommendations import Recommendation
from headwater.ruling import Rules
from headwater.unanswered import PATH, PATIENCE_S, Batch
from headwater.v1 import feedback_service_pb2 as pb
from headwater.wire.recommendations import Question
from headwater.wire.values import to_texts


class Client(Catalogue, Experiments, Rules, Operations):
    """A client of one Headwater server. Threads may share it. Close it, or use a ``with``.

    Every call has a deadline (``timeout_s``, seconds, retries included), and raises a
    `HeadwaterError` when it fails. Reads and `feedback` are repeated by gRPC itself when the server
    is away or overloaded; no event is learned twice, because each event carries its id.
    """

    def recommend(
        self,
        visitor_id: str,
        *,
        fallback: Sequence[str] | None = None,
        timeout_s: float = RECOMMEND_TIMEOUT_S,
        **question: Unpack[Question],
    ) -> Recommendation:
        """Return what the visitor should see now.

        Takes the fields of RecommendRequest by name, such as ``placement``, ``page_size``,
        ``candidate_item_ids``, ``context`` and ``min_offset``. ``explore=False`` asks for the best
        list, without exploration. ``diversity`` says how varied the list is: "none", "low",
        "medium", "high" or "auto", ``objective`` what it maximises: "acts", "purchases" or
        "revenue". ``fallback`` has the ids to return (with ``is_fallback``) while
        the server does not answer; `FieldError` at every call if it is no list of texts.
        """
        own_ids = None if fallback is None else to_texts("fallback", fallback)
        call = calls.recommend(visitor_id, question)
        try:
            return self._make(call, timeout_s)
        except HeadwaterError as error:
            if own_ids is None or not is_away(error):
                raise
            return fallback_list(call.request, own_ids)

    def list_similar_items(
        self,
        item_ids: Iterable[str],
        *,
        page_size: int = 0,
        filter: str = "",  # noqa: A002 - the API's name
        min_offset: str = "",
        include_variants: bool = False,
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> ItemList:
        """Return items that go with the given items (1 to 100), or are similar to them.

        ``include_variants``: also variants of the given items, and several of one product.
        """
        call = calls.list_similar_items(
            item_ids, page_size, filter, min_offset, include_variants=include_variants
        )
        return self._make(call, timeout_s)

    def list_trending_items(
        self,
        *,
        category: str = "",
        window: str = "",
        page_size: int = 0,
        filter: str = "",  # noqa: A002 - the API's name
        min_offset: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> ItemList:
        """Return the trending items of a ``window``: "hour", "day" (also "") or "week"."""
        call = calls.list_trending_items(category, window, page_size, filter, min_offset)
        return self._make(call, timeout_s)

    def feedback(
        self, events: Iterable[Event], *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> FeedbackAnswer:
        """Report what visitors did (1 to 1,000 events); return when it is learned.

        After an error, send the same `Event` objects again: no event is learned twice.
        """
        return self._make(calls.feedback(events), timeout_s)

    def stream_feedback(
        self, batches: Iterable[Batch], *, patience_s: float = PATIENCE_S
    ) -> Iterator[FeedbackAnswer]:
        """Report what visitors did, in batches of 1 to 1,000 events; yield the answers in order.

        The client takes up to 64 of ``batches`` ahead of the answers. After a lost connection, or
        while the server is overloaded, it tries again for ``patience_s``. It sends again what was
        not answered; each event is learned once. Do not change a batch until it is answered.
        """
        method = self._stream_method(PATH, pb.StreamFeedbackRequest, pb.StreamFeedbackResponse)
        return FeedbackStream(method, batches, self._metadata, patience_s).answers()

    def get_model(
        self,
        *,
        compute_digest: bool = False,
        compare_replicas: bool = False,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Model:
        """Return the state of the model. A digest reads the whole state: allow more time for it.

        ``compare_replicas`` asks every replica for its digest at one offset: all must be equal.
        """
        call = calls.get_model(compute_digest=compute_digest, compare_replicas=compare_replicas)
        return self._make(call, timeout_s)

    def get_metrics(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> tuple[Metric, ...]:
        """Return how well the model predicted what happened."""
        return self._make(calls.get_metrics(), timeout_s)

    def get_drift_alarms(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> tuple[DriftAlarm, ...]:
        """Return the detected changes in the quality of the predictions, oldest first."""
        return self._make(calls.get_drift_alarms(), timeout_s)

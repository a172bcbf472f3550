"""The client for threads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import grpc

from headwater import calls
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S, channel_options
from headwater.errors import from_rpc_error
from headwater.events import Event, FeedbackAnswer
from headwater.items import Item, UpsertAnswer
from headwater.model import Metric, Model
from headwater.recommendations import Recommendation
from headwater.wire.recommendations import Question

Answer = TypeVar("Answer")


class Client:
    """Talks to one Headwater. Share it between threads; close it, or use it in a ``with``.

    Every call has a deadline (``timeout_s``, seconds, retries included), and raises a
    `HeadwaterError` when it fails. Reads and `feedback` are repeated by gRPC itself when the server
    is away or overloaded; nothing is ever learned twice, since each event carries its id.
    """

    def __init__(self, target: str, credentials: grpc.ChannelCredentials | None = None) -> None:
        """Name the server, ``host:port``; without ``credentials`` the connection is not encrypted.

        Nothing is sent before the first call.
        """
        options = channel_options()
        self._channel = (
            grpc.secure_channel(target, credentials, options)
            if credentials
            else grpc.insecure_channel(target, options)
        )
        self._methods: dict[str, Any] = {}

    def recommend(
        self,
        visitor_id: str,
        *,
        timeout_s: float = RECOMMEND_TIMEOUT_S,
        **question: Unpack[Question],
    ) -> Recommendation:
        """Return what the visitor should see now.

        Takes the fields of RecommendRequest by name, such as ``placement``, ``page_size``,
        ``candidate_item_ids``, ``context`` and ``min_offset``; ``explore=False``: the best list.
        """
        return self._make(calls.recommend(visitor_id, question), timeout_s)

    def feedback(
        self, events: Iterable[Event], *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> FeedbackAnswer:
        """Say what visitors did (1 to 1,000 events); return when it has been learned.

        After an error, send the same `Event` objects again: what was learned is not learned twice.
        """
        return self._make(calls.feedback(events), timeout_s)

    def upsert_items(
        self,
        items: Iterable[Item],
        *,
        fields: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertAnswer:
        """Put items, or only their ``fields``, into the catalogue. An older ``set_time`` loses."""
        return self._make(calls.upsert_items(items, fields, set_time), timeout_s)

    def get_item(self, item_id: str, *, timeout_s: float = RECOMMEND_TIMEOUT_S) -> Item:
        """Return an item; raise `NotFoundError` when the catalogue does not hold it."""
        return self._make(calls.get_item(item_id), timeout_s)

    def get_model(
        self, *, compute_digest: bool = False, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> Model:
        """Return where the model stands. A digest walks the whole state: give it time."""
        return self._make(calls.get_model(compute_digest=compute_digest), timeout_s)

    def get_metrics(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> tuple[Metric, ...]:
        """Return how well the model foresaw what happened."""
        return self._make(calls.get_metrics(), timeout_s)

    def close(self) -> None:
        """Close the connection; calls under way end with an error."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _make(self, call: calls.Call[Answer], timeout_s: float) -> Answer:
        method = self._methods.get(call.path)
        if method is None:
            serialize = type(call.request).SerializeToString
            method = self._channel.unary_unary(call.path, serialize, call.answer.FromString)
            self._methods[call.path] = method
        try:
            return call.read(method(call.request, timeout=timeout_s))
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error

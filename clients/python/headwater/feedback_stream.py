"""Feedback as a stream of batches, for threads; unanswered batches are sent again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from threading import Condition
from typing import Any

import grpc

from headwater.errors import HeadwaterError, from_rpc_error
from headwater.events import FeedbackAnswer
from headwater.unanswered import Batch, Patience, Unanswered
from headwater.v1 import feedback_service_pb2 as pb


class FeedbackStream:
    """The batches of one caller, over as many connections as necessary."""

    def __init__(
        self,
        method: Any,
        batches: Iterable[Batch],
        metadata: tuple[tuple[str, str], ...],
        patience_s: float,
    ) -> None:
        """Keep gRPC's ``method`` for both directions; nothing is sent yet."""
        self._method = method
        self._batches = iter(batches)
        self._metadata = metadata
        self._patience = Patience(patience_s)
        self._kept = Unanswered()
        self._changed = Condition()

    def answers(self) -> Iterator[FeedbackAnswer]:
        """Yield an answer for each batch, in order."""
        try:
            while not self._kept.is_done:
                try:
                    yield from self._connect()
                except HeadwaterError as error:
                    time.sleep(self._patience.delay_s(error))
            if self._kept.error is not None:
                raise self._kept.error
        finally:
            with self._changed:
                self._kept.connected()  # ends an older connection that waits for something to send
                self._changed.notify_all()

    def _connect(self) -> Iterator[FeedbackAnswer]:
        with self._changed:
            connection = self._kept.connected()
            self._changed.notify_all()
        call = self._method(self._requests(connection), metadata=self._metadata)
        try:
            for response in call:
                with self._changed:
                    answer = self._kept.answered(response)
                    self._changed.notify_all()
                self._patience.restored()
                yield answer
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error
        finally:
            call.cancel()

    def _requests(self, connection: int) -> Iterator[pb.StreamFeedbackRequest]:
        """Yield to gRPC's thread what a connection sends, until there is a newer connection."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._kept.may_go_on(connection))
                request = self._kept.take(connection)
                if request is None and not self._kept.begin_to_draw(connection):
                    return
            if request is None:
                self._draw()
            else:
                yield request

    def _draw(self) -> None:
        """Take the next batch from the caller, outside the lock: this may take long."""
        batch, error = None, None
        try:
            batch = next(self._batches, None)
        except BaseException as raised:  # noqa: BLE001 - the caller's own error: raised to the caller
            error = raised
        with self._changed:
            self._kept.drawn(batch, error)
            self._changed.notify_all()

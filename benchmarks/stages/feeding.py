"""One event as the server takes it, from the bytes of the call to those of the answer.

gRPC, the guard and the store are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from benchmarks.shops.shop import MadeEvent
from headwater.v1.event_pb2 import Event as EventMessage
from headwater.v1.event_pb2 import EventItem
from headwater.v1.feedback_service_pb2 import FeedbackRequest, FeedbackResponse
from headwater_server.api.translate.feedback import feedback_request, feedback_response
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.replica.answers import WriteAnswer
from headwater_server.replica.writes.caller import NOBODY
from headwater_server.replica.writes.event_checks import EventChecks
from headwater_server.replica.writes.exposure_limit import ExposureLimit
from headwater_server.storage.codecs.entry_codec import encode_operations

_KEY = TokenKey(1, b"k" * 32)


def message(made: MadeEvent, event_id: str) -> bytes:
    """Return the bytes of a call with one event."""
    _, visitor_id, item_id, event_type = made
    event = EventMessage(event_id=event_id, event_type=event_type, visitor_id=visitor_id)
    event.items.append(EventItem(item_id=item_id))
    return FeedbackRequest(events=[event]).SerializeToString()


def parse(data: bytes) -> FeedbackRequest:
    """Return the message."""
    return FeedbackRequest.FromString(data)


def encode(events: Sequence[Operation]) -> bytes:
    """Return the entry's bytes, as they are appended."""
    return encode_operations(events)


def serialize(response: FeedbackResponse) -> bytes:
    """Return the answer's bytes."""
    return response.SerializeToString()


class Feeding:
    """The way of an event through translation, checks, codec and engine."""

    def __init__(self, engine: Engine) -> None:
        keys: Any = SimpleNamespace(signing=lambda _: _KEY)
        self._engine = engine
        self._now_ms = 0
        self._checks = EventChecks(
            keys,
            settings=lambda: engine.settings,
            now_ms=lambda: self._now_ms,
            log_ms=lambda: self._now_ms,
            exposures=ExposureLimit(0, engine.lookups.entering),  # a backend sends them
        )

    async def answer(self, data: bytes, now_ms: int) -> bytes:
        """Apply the events of a call at a time of the log; return the answer's bytes."""
        self._now_ms, offset = now_ms, f"{now_ms}-0"
        events = list(feedback_request(parse(data)))
        checked = await self._checks.check(events, NOBODY)
        encode(checked.good)  # for the store; what is applied is the same events, from memory
        entry = Entry(now_ms, tuple(checked.good), checked=checked.settings)
        outcomes = self._engine.apply(entry)
        return serialize(feedback_response(events, WriteAnswer(outcomes, offset)))

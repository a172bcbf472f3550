"""One Recommend as the server answers it, from the bytes of the call to those of the answer.

Only gRPC is missing.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import grpc

from benchmarks.shops.shop import visitor_id
from headwater.v1.recommendation_service_pb2 import RecommendRequest, RecommendResponse
from headwater_server.api.guard.body import Body
from headwater_server.api.guard.guard import Guard
from headwater_server.api.servicers.recommendation import RecommendationServicer
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.engine import Engine
from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.replica.reads.act_rates import ActRatesReader
from headwater_server.replica.reads.reads import Reads
from headwater_server.replica.reads.repeatable import Repeatable

CALL = "headwater.v1.RecommendationService/Recommend"
PAGE_SIZE = 20
TOKEN_S = 86_400.0
QUESTION_BYTES_MAX = 512
_KEY = TokenKey(1, b"k" * 32)


class Context:
    """A call from this machine with a deadline."""

    def __init__(self, body: bytes = b"") -> None:
        """Offer one message."""
        self._body = body

    async def read(self) -> Any:
        """Return the message, then the end."""
        body, self._body = self._body, b""
        return body or grpc.aio.EOF

    def time_remaining(self) -> float:
        """Return what is left of it, in seconds."""
        return 5.0

    def peer(self) -> str:
        """Return who calls."""
        return "ipv4:127.0.0.1:1"

    def invocation_metadata(self) -> tuple[()]:
        """Return no metadata."""
        return ()

    def add_done_callback(self, callback: Any) -> None:
        """Call it: the call ends here, and its answer counts as read."""
        callback(self)


def parse(data: bytes) -> RecommendRequest:
    """Return the message."""
    return RecommendRequest.FromString(data)


def question(visitor: int) -> bytes:
    """Return the bytes of a visitor's question."""
    asked = RecommendRequest(visitor_id=visitor_id(visitor), placement="home", page_size=PAGE_SIZE)
    return asked.SerializeToString()


class Recommending:
    """The way of a Recommend through guard, servicer, reads and engine."""

    def __init__(self, engine: Engine, now_ms: int) -> None:
        tail: Any = SimpleNamespace(reads=0, position=SimpleNamespace(offset="1700000000000-0"))
        keys: Any = SimpleNamespace(signing=lambda _: _KEY)
        reads = Reads(
            engine,
            tail,
            log_end=None,  # type: ignore[arg-type]  # no question waits for an offset
            token_keys=keys,
            token_s=TOKEN_S,
            now_ms=lambda: now_ms,
            timeout_s=5.0,
            repeatable=Repeatable(lambda: (123_456, 0, 0), QUESTION_BYTES_MAX),
            act_rates=ActRatesReader(engine),
        )
        settings = ApiSettings()

        # methods are looked up at each call, so that a stopwatch may take their place
        async def recommend(*args: Any, **named: Any) -> Any:
            return await reads.recommend(*args, **named)

        replica: Any = SimpleNamespace(recommend=recommend)
        servicer = RecommendationServicer(replica, settings)
        guard = Guard(settings, settings.reads_max)
        self._guarded: Any = guard.unary(
            lambda *a: servicer.Recommend(*a),  # noqa: PLW0108 - as said above
            CALL,
            Body(lambda data: parse(data)),  # noqa: PLW0108 - as said above
            RecommendResponse.SerializeToString,
        )

    async def answer(self, data: bytes) -> bytes:
        """Return the answer's bytes."""
        return await guarded(self._guarded, data)


async def guarded(method: Any, data: bytes) -> bytes:
    """Run the guarded method: its own time is the guard's."""
    answer: bytes = await method(None, Context(data))
    return answer

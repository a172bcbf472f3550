"""The server as the door reaches it: the public calls, each under its caller's own key."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, TypeVar

import grpc

from headwater import Event, HeadwaterError, Item, Recommendation, calls, catalogue_calls
from headwater.calls import Call
from headwater.channel import channel_options, metadata
from headwater.errors import (
    InvalidRequestError,
    NotFoundError,
    UnauthenticatedError,
    from_rpc_error,
)
from headwater.events import FeedbackAnswer

Answer = TypeVar("Answer")
READ_TIMEOUT_S = 2.0
WRITE_TIMEOUT_S = 5.0
TRUSTED_S = 10.0
"""A key that the server took is not asked about again for so long."""
TRUSTED_MAX = 1_000


class Server:
    """One connection, for all callers. Make it on the loop, and close it."""

    def __init__(self, target: str) -> None:
        """Name the server, host:port. Nothing is sent before the first call."""
        self._channel = grpc.aio.insecure_channel(target, channel_options())
        self._trusted: OrderedDict[bytes, float] = OrderedDict()

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def check_key(self, key: str) -> None:
        """Raise `HeadwaterError` unless ``key`` is a backend's, and may give feedback.

        Only a backend's may look inside. And what is noted here is told at the end of the wait with
        the web process's own key: who may not teach must not do it by that way round.
        """
        digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
        if self._trusted.get(digest, 0.0) > time.monotonic():
            return
        call = calls.get_model(compute_digest=False, compare_replicas=False)
        await self._make(call, key, READ_TIMEOUT_S)
        with contextlib.suppress(InvalidRequestError):  # let in, and told that it said nothing
            await self._make(calls.feedback(()), key, READ_TIMEOUT_S)
        self._trusted[digest] = time.monotonic() + TRUSTED_S
        self._trusted.move_to_end(digest)
        if len(self._trusted) > TRUSTED_MAX:
            self._trusted.popitem(last=False)

    async def recommend(self, key: str, visitor: str, **question: Any) -> Recommendation:
        """Ask for a slate."""
        call = calls.recommend(visitor, question)  # type: ignore[arg-type]  # checked by protobuf
        return await self._make(call, key, READ_TIMEOUT_S)

    async def feedback(self, key: str, events: Iterable[Event]) -> FeedbackAnswer:
        """Say what happened."""
        return await self._make(calls.feedback(events), key, WRITE_TIMEOUT_S)

    async def upsert(self, key: str, items: Iterable[Item], fields: tuple[str, ...]) -> None:
        """Put items into the catalogue."""
        call = catalogue_calls.upsert_items(items, fields, None)
        await self._make(call, key, WRITE_TIMEOUT_S)

    async def holds(self, key: str, item_id: str) -> bool:
        """Return whether the catalogue holds the item."""
        try:
            await self._make(catalogue_calls.get_item(item_id), key, READ_TIMEOUT_S)
        except NotFoundError:
            return False
        return True

    async def _make(self, call: Call[Answer], key: str, timeout_s: float) -> Answer:
        serialize = type(call.request).SerializeToString
        method = self._channel.unary_unary(call.path, serialize, call.answer.FromString)
        try:
            answer = await method(call.request, timeout=timeout_s, metadata=_metadata(key))
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return call.read(answer)


def _metadata(key: str) -> tuple[tuple[str, str], ...]:
    try:
        return metadata(key)
    except ValueError:  # no header can carry it, so it is no key of ours
        code = grpc.StatusCode.UNAUTHENTICATED
        raise UnauthenticatedError("not a key", code=code) from None


__all__ = ["HeadwaterError", "Server"]

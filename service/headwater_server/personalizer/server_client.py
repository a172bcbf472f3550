"""The adapter's client of the server: public calls, each with its caller's own key."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import grpc

from headwater import (
    Event,
    HeadwaterError,
    Item,
    Policy,
    Recommendation,
    calls,
    catalogue_calls,
    experiment_calls,
    operation_calls,
)
from headwater.async_connection import AsyncConnection
from headwater.channel import metadata
from headwater.errors import (
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from headwater.events import FeedbackAnswer
from headwater.items import WriteStatus
from headwater.policies import PolicyPage

READ_TIMEOUT_S = 2.0
WRITE_TIMEOUT_S = 5.0
TRUSTED_S = 10.0
"""A key that the server accepted is not checked again for this time."""
TRUSTED_MAX = 1_000
EXPERIMENTS = "experiments"
POLICIES_MAX = 1_000


class ServerClient(AsyncConnection):
    """One connection, for all callers. Create it on the loop, and close it."""

    def __init__(self, target: str) -> None:
        """Connect to ``target``, host:port. Nothing is sent before the first call."""
        super().__init__(target)
        self._trusted: OrderedDict[bytes, float] = OrderedDict()

    async def check_key(self, key: str) -> None:
        """Raise `HeadwaterError` unless ``key`` is a backend's, and may give feedback.

        A backend's key may read the model. At the end of the wait events are reported with the web
        process's own key: a caller that may not give feedback must not do so through this key.
        """
        digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
        if self._trusted.get(digest, 0.0) > time.monotonic():
            return
        call = calls.get_model(compute_digest=False, compare_replicas=False)
        await self._make(call, READ_TIMEOUT_S, _metadata(key))
        with contextlib.suppress(InvalidRequestError):  # accepted, but refused as empty
            await self._make(calls.feedback(()), READ_TIMEOUT_S, _metadata(key))
        self._trusted[digest] = time.monotonic() + TRUSTED_S
        self._trusted.move_to_end(digest)
        if len(self._trusted) > TRUSTED_MAX:
            self._trusted.popitem(last=False)

    async def check_operator(self, key: str, *, changes: bool = False) -> None:
        """Raise `HeadwaterError` unless ``key`` is a backend's that may read the model.

        ``changes``: and unless it may change policies and experiments.
        """
        serving = await self._make(operation_calls.get_serving(), READ_TIMEOUT_S, _metadata(key))
        if changes and EXPERIMENTS not in serving.scopes:
            text = f"this changes what is answered: use a key with the scope {EXPERIMENTS}"
            raise PermissionDeniedError(text, code=grpc.StatusCode.PERMISSION_DENIED)

    async def end_session(self, session: str) -> None:
        """End a person's session on all servers. Raises `HeadwaterError`."""
        await self._make(operation_calls.end_session(), WRITE_TIMEOUT_S, _metadata(session))

    async def settings(self, key: str) -> dict[str, Any]:
        """Return the engine's settings as the log has them."""
        call = operation_calls.list_settings_changes()
        found = await self._make(call, READ_TIMEOUT_S, _metadata(key))
        return {one.name: json.loads(one.value) for one in found.settings}

    async def policies(self, key: str) -> PolicyPage:
        """Return the policies, and which of them are promoted."""
        call = experiment_calls.list_policies(POLICIES_MAX, "", "")
        return await self._make(call, READ_TIMEOUT_S, _metadata(key))

    async def promote(self, key: str, policy: Policy, reason: str) -> None:
        """Keep a policy and put it over the settings."""
        about = _metadata(key)
        await self._make(experiment_calls.upsert_policy(policy), WRITE_TIMEOUT_S, about)
        call = experiment_calls.promote_policy(policy.policy_id, None, reason)
        await self._make(call, WRITE_TIMEOUT_S, about)

    async def roll_back(self, key: str, policy_id: str, reason: str) -> None:
        """Take the last promoted policy away."""
        call = experiment_calls.rollback_policy(policy_id, reason)
        await self._make(call, WRITE_TIMEOUT_S, _metadata(key))

    async def recommend(self, key: str, visitor: str, **question: Any) -> Recommendation:
        """Return a slate."""
        call = calls.recommend(visitor, question)  # type: ignore[arg-type]  # checked by protobuf
        return await self._make(call, READ_TIMEOUT_S, _metadata(key))

    async def feedback(self, key: str, events: Iterable[Event]) -> FeedbackAnswer:
        """Report events."""
        return await self._make(calls.feedback(events), WRITE_TIMEOUT_S, _metadata(key))

    async def upsert(self, key: str, items: Iterable[Item], fields: tuple[str, ...]) -> str:
        """Write items into the catalogue; return why any was refused, "" if none was."""
        call = catalogue_calls.upsert_items(items, fields, None)
        answer = await self._make(call, WRITE_TIMEOUT_S, _metadata(key))
        refused = (one.detail for one in answer.results if one.status is WriteStatus.REFUSED)
        return next(refused, "")

    async def has_item(self, key: str, item_id: str) -> bool:
        """Return whether the catalogue contains the item."""
        try:
            await self._make(catalogue_calls.get_item(item_id), READ_TIMEOUT_S, _metadata(key))
        except NotFoundError:
            return False
        return True


def _metadata(key: str) -> tuple[tuple[str, str], ...]:
    try:
        return metadata(key)
    except ValueError:  # a header cannot contain it, so it is no key of ours
        code = grpc.StatusCode.UNAUTHENTICATED
        raise UnauthenticatedError("not a key", code=code) from None


__all__ = ["HeadwaterError", "ServerClient"]

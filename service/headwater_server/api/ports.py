"""What the API asks of the replica. It is typed here, so that the API is tested without a store."""

# ruff: noqa: D102 - the classes say it, the names repeat it

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from headwater_server.engine.entries import Item, ItemWrite
from headwater_server.engine.events import Event, Outcome
from headwater_server.engine.requests import Recommendation, RecommendRequest


class Answer(Protocol):
    """A slate, what vouches for it, and the state that it comes from."""

    @property
    def recommendation(self) -> Recommendation: ...
    @property
    def attribution_token(self) -> str: ...
    @property
    def offset(self) -> str: ...
    @property
    def degraded(self) -> Sequence[str]: ...


class WriteAnswer(Protocol):
    """What became of each operation, in the order sent, and a state that holds them all."""

    @property
    def outcomes(self) -> Sequence[Outcome]: ...
    @property
    def offset(self) -> str: ...


class ModelAnswer(Protocol):
    """Where the model stands; all of one state. ``digest`` is empty unless it was asked for."""

    @property
    def offset(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def memory_bytes(self) -> int: ...
    @property
    def versions(self) -> Mapping[str, str]: ...


class Metric(Protocol):
    """One measured figure of the model."""

    @property
    def placement(self) -> str: ...
    @property
    def policy(self) -> str: ...
    @property
    def window(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def count(self) -> int: ...


class Replica(Protocol):
    """The one object behind every way in.

    Each call may raise the errors of `headwater_server.errors`. ``time_remaining_s`` is what is
    left of the caller's deadline, never more than the server's cap; None is never passed.
    """

    async def recommend(
        self, request: RecommendRequest, *, min_offset: str, time_remaining_s: float | None
    ) -> Answer: ...

    async def feedback(
        self, events: Sequence[tuple[Event, str]], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Learn from events, each with its attribution token as the caller sent it."""
        ...

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer: ...

    def get_item(self, item_id: str) -> Item | None: ...

    def model(self, compute_digest: bool) -> ModelAnswer: ...  # noqa: FBT001 - one question

    def metrics(self) -> Sequence[Metric]: ...

    def watch_health(self, watcher: Callable[[bool, bool], None]) -> None:
        """Call ``watcher(reads, writes)`` at once and at every change of what can be served.

        ``reads``: the state is restored and answers. ``writes``: the store takes entries.
        """
        ...

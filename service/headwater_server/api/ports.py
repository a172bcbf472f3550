"""What the API needs from the replica: one interface, so the API is tested without a store."""

# ruff: noqa: D102 - the names are clear; replica.replica.Replica documents them

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.entries import (
    Item,
    ItemDelete,
    ItemWrite,
    SessionEnd,
    UserWrite,
)
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import RecommendRequest, UserProfile
from headwater_server.exporting.reading import ReadableLog
from headwater_server.exporting.state import State
from headwater_server.replica.answers import Answer, ListAnswer, ModelAnswer, WriteAnswer
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.experiment_writes import ExperimentWrites
from headwater_server.replica.operators.operator_reads import OperatorReads
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion
from headwater_server.replica.rules.rule_reads import RuleReads
from headwater_server.replica.rules.rule_writes import RuleWrites
from headwater_server.replica.writes.caller import NOBODY, Caller
from headwater_server.replica.writes.quarantine_work import QuarantineWork


class Replica(Protocol):
    """The one object that the API calls.

    Each method may raise the errors of `headwater_server.errors`. ``time_remaining_s`` is what is
    left of the caller's deadline, never more than the server's maximum; None is never passed.
    """

    @property
    def item_s(self) -> float:
        """About how many seconds an item of an event, or a write, takes to learn: measured."""
        ...

    async def recommend(
        self,
        request: RecommendRequest,
        *,
        exclude_tokens: Sequence[str] = (),
        min_offset: str,
        time_remaining_s: float | None,
    ) -> Answer:
        """Return a slate without the items of the lists that ``exclude_tokens`` sign."""
        ...

    def has_ended(self, session_id: str) -> bool:
        """Return whether a person's session was ended."""
        ...

    async def end_session(self, end: SessionEnd, time_remaining_s: float | None) -> WriteAnswer:
        """End a person's session on all servers."""
        ...

    def has_reached(self, min_offset: str) -> bool:
        """Return whether the state is at least that new; `InvalidRequest` for another text."""
        ...

    async def reach(self, min_offset: str, time_remaining_s: float | None) -> None:
        """Return when the state is at least that new; `InvalidRequest` beyond the log's end."""
        ...

    async def list_similar_items(
        self, question: SimilarQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer: ...

    async def list_trending_items(
        self, question: TrendingQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer: ...

    async def feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: Caller = NOBODY,
    ) -> WriteAnswer:
        """Learn from events, each with its attribution token as the caller sent it."""
        ...

    async def take_feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: Caller = NOBODY,
    ) -> Awaitable[WriteAnswer]:
        """Return when the events are queued; the returned awaitable ends when they are learned."""
        ...

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer: ...

    async def delete_items(
        self, deletes: Sequence[ItemDelete], time_remaining_s: float | None
    ) -> WriteAnswer: ...

    async def upsert_users(
        self, writes: Sequence[UserWrite], time_remaining_s: float | None
    ) -> WriteAnswer: ...

    async def erase_user(
        self, user_id: str, visitor_id: str, time_remaining_s: float | None, who: str = ""
    ) -> WriteAnswer:
        """Forget an account or a visitor: one of the ids is empty."""
        ...

    async def unlink_visitor(
        self, visitor_id: str, time_remaining_s: float | None
    ) -> WriteAnswer: ...

    def get_item(self, item_id: str) -> Item | None: ...

    async def list_items(
        self, after_item_id: str, count: int, filter_text: str
    ) -> Sequence[Item]: ...

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return what is known of an account or of a visitor: one of the ids is empty."""
        ...

    async def model(self, compute_digest: bool) -> ModelAnswer: ...  # noqa: FBT001 - one question

    async def compare_replicas(self, time_remaining_s: float | None) -> ModelAnswer:
        """Return the model's status at a new mark, with every replica's digest there."""
        ...

    def metrics(self) -> Sequence[Metric]: ...

    def drift_alarms(self) -> Sequence[DriftAlarm]: ...

    @property
    def readable_log(self) -> ReadableLog:
        """The log, to be read."""
        ...

    @property
    def described(self) -> State:
        """The items and accounts of this moment."""
        ...

    @property
    def operators(self) -> OperatorReads:
        """The questions of operators; they change nothing."""
        ...

    @property
    def quarantine_work(self) -> QuarantineWork:
        """Replays and deletes quarantined events."""
        ...

    @property
    def experiment_reads(self) -> ExperimentReads:
        """What the state holds of policies and experiments."""
        ...

    @property
    def experiment_writes(self) -> ExperimentWrites:
        """The writes of policies and experiments."""
        ...

    @property
    def rule_reads(self) -> RuleReads:
        """The rules, their changes, and the audit log."""
        ...

    @property
    def rule_writes(self) -> RuleWrites:
        """The writes of rules."""
        ...

    def watch_health(self, watcher: Callable[[bool, bool], None]) -> None:
        """Call ``watcher(reads, writes)`` at once and at every change of what can be served.

        ``reads``: the state is restored and answers. ``writes``: the store accepts entries.
        """
        ...

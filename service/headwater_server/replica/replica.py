"""The one object that every API calls: reads and writes of a replica, its start and stop."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from itertools import chain

from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.entries import (
    Item,
    ItemDelete,
    ItemWrite,
    SessionEnd,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.requests import RecommendRequest, UserProfile
from headwater_server.observability.measurements import Measurements
from headwater_server.replica.answers import Answer, ListAnswer, ModelAnswer, WriteAnswer
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.experiment_writes import ExperimentWrites
from headwater_server.replica.group.digest_comparison import Comparison
from headwater_server.replica.group.marks import Marks
from headwater_server.replica.group.membership import Membership
from headwater_server.replica.health import Watcher
from headwater_server.replica.operators.measuring import measure
from headwater_server.replica.operators.model_status import ModelStatus
from headwater_server.replica.operators.operator_reads import OperatorReads
from headwater_server.replica.operators.own_status import OwnStatus
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.operators.settings_warnings import SettingsWarnings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.state_machine import StateLookups, StateMachine
from headwater_server.replica.ports.stores import Stores
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion
from headwater_server.replica.reads.reads import Reads
from headwater_server.replica.reads.together import Waiting
from headwater_server.replica.rules.rule_reads import RuleReads
from headwater_server.replica.rules.rule_writes import RuleWrites
from headwater_server.replica.shell import Shell
from headwater_server.replica.startup import WantedSettings
from headwater_server.replica.steps import in_steps
from headwater_server.replica.writes.caller import NOBODY, Caller
from headwater_server.replica.writes.erasing import Erasing
from headwater_server.replica.writes.quarantine_work import QuarantineWork
from headwater_server.replica.writes.source_batches import SourceBatches
from headwater_server.replica.writes.write_checks import check_items, check_user_ids
from headwater_server.replica.writes.writes import Writes


@dataclass(frozen=True, kw_only=True, eq=False)  # two replicas are never the same one
class Replica:
    """All replicas are equal: they share the log and nothing else.

    `assembly.restored_replica` creates one. Call `start` first; every other call may raise the
    errors of `headwater_server.errors`. Reads are answered from memory; writes are answered when
    they are applied.
    """

    wanted: WantedSettings
    stores: Stores
    engine: StateMachine
    shell: Shell
    reads: Reads
    writes: Writes
    source_batches: SourceBatches
    erasing: Erasing
    quarantine_work: QuarantineWork
    status: ModelStatus
    marks: Marks
    comparison: Comparison
    operators: OperatorReads
    experiment_reads: ExperimentReads
    experiment_writes: ExperimentWrites
    rule_reads: RuleReads
    rule_writes: RuleWrites
    sampling: Sampling
    settings_warnings: SettingsWarnings
    membership: Membership
    own: OwnStatus

    # --- start, stop, health -----------------------------------------------------------------

    async def start(self) -> None:
        """Catch up with the log, then continue to learn.

        `LogBroken` or `UnreadableEntry` if this state cannot follow the log.
        """
        try:
            await self.shell.start(self.wanted)
            self.sampling.start()
            self.settings_warnings.start()
        except BaseException:
            await self.membership.leave()
            raise
        self.own.health.restored()

    async def stop(self) -> None:
        """Refuse new writes, finish those under way, save the state."""
        self.own.health.stopping()
        await self.sampling.stop()
        await self.settings_warnings.stop()
        await self.shell.stop()
        await self.comparison.end()
        await self.marks.end()
        await self.membership.leave()

    def watch_health(self, watcher: Watcher) -> None:
        """Call ``watcher(reads, writes)`` now and at every change of what can be served."""
        self.own.health.watch(watcher)

    async def measurements(self) -> Measurements:
        """Return all that can be measure of it now; the store is asked, too."""
        own = self.own
        counts = {
            **self.writes.counts,
            **self.reads.repeatable.counts,
            **own.memory.measure(),
        }
        state_bytes = await self.status.state_memory.measure()
        return await measure(
            self.engine, self.shell, counts, own.health, self.stores, own.now_ms, state_bytes
        )

    # --- what is kept, to be read as it is ---------------------------------------------------

    @property
    def readable_log(self) -> Log:
        """The log, to be read."""
        return self.stores.log

    @property
    def described(self) -> StateLookups:
        """The items and accounts of this moment."""
        return self.engine.lookups

    # --- sessions of persons -----------------------------------------------------------------

    def has_ended(self, session_id: str) -> bool:
        """Whether a person's session was ended, at this server or another one."""
        return self.engine.access.has_ended(session_id)

    async def end_session(self, end: SessionEnd, time_remaining_s: float | None) -> WriteAnswer:
        """End a person's session on all servers; return when this one takes it no more."""
        return await self.writes.write([end], time_remaining_s)

    # --- reads -------------------------------------------------------------------------------

    async def recommend(
        self,
        request: RecommendRequest,
        *,
        exclude_tokens: Sequence[str] = (),
        min_offset: str,
        time_remaining_s: float | None,
    ) -> Answer:
        """Return a slate without the items of the lists that ``exclude_tokens`` sign.

        The state is at least as new as ``min_offset``, which may be empty.
        """
        return await self.reads.recommend(request, exclude_tokens, min_offset, time_remaining_s)

    def recommend_soon(self, request: RecommendRequest, waiting: Waiting) -> None:
        """Answer to ``waiting`` from the present state; see `Reads.recommend_soon`."""
        self.reads.recommend_soon(request, waiting)

    @property
    def item_s(self) -> float:
        """About how many seconds an item of an event, or a write, takes to learn: measured."""
        return self.shell.tail.item_cost.item_s

    def has_reached(self, min_offset: str) -> bool:
        """Return whether the state is at least as new as ``min_offset``."""
        return self.reads.has_reached(min_offset)

    async def reach(self, min_offset: str, time_remaining_s: float | None) -> None:
        """Return when the state is at least as new; `InvalidRequest` if the log ends before."""
        await self.reads.reach(min_offset, time_remaining_s)

    async def list_similar_items(
        self, question: SimilarQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer:
        """Return items that are similar to, or used together with, some items."""
        asked = (question.item_ids, question.page_size, question.filter)
        return await self.reads.listed(
            lambda now_ms: self.engine.lookups.list_similar_items(
                *asked, now_ms, variants=question.include_variants
            ),
            min_offset,
            time_remaining_s,
        )

    async def list_trending_items(
        self, question: TrendingQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer:
        """Return trending items."""
        asked = (question.category, question.window, question.page_size, question.filter)
        return await self.reads.listed(
            lambda now_ms: self.engine.lookups.list_trending_items(*asked, now_ms),
            min_offset,
            time_remaining_s,
        )

    def get_item(self, item_id: str) -> Item | None:
        """Return an item of the catalogue."""
        return self.engine.lookups.get_item(item_id)

    async def list_items(self, after_item_id: str, count: int, filter_text: str) -> Sequence[Item]:
        """Return items of the catalogue by id, those after the given id."""
        parts = await in_steps(self.engine.lookups.listing(after_item_id, count, filter_text))
        return list(chain.from_iterable(parts))

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return the profile of an account or of a visitor: one of the ids is empty."""
        return self.engine.lookups.get_user(user_id, visitor_id)

    async def model(self, compute_digest: bool) -> ModelAnswer:  # noqa: FBT001 - one question
        """Return the model's status, on request with the digest of the same state."""
        return await self.status.with_digest() if compute_digest else await self.status.now()

    async def compare_replicas(self, time_remaining_s: float | None) -> ModelAnswer:
        """Return the model's status at a new mark on the log, and every replica's digest."""
        return await self.comparison.ask(time_remaining_s)

    def drift_alarms(self) -> Sequence[DriftAlarm]:
        """Return the drift alarms, oldest first."""
        return self.engine.lookups.drift_alarms()

    def metrics(self) -> Sequence[Metric]:
        """Return progressive validation: the quality measure before each event was learned."""
        return self.engine.lookups.metrics()

    # --- writes ------------------------------------------------------------------------------

    async def feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: Caller = NOBODY,
    ) -> WriteAnswer:
        """Learn from events, each with its attribution token as the caller sent it."""
        return await self.writes.feedback(events, time_remaining_s, caller)

    async def take_feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: Caller = NOBODY,
    ) -> Awaitable[WriteAnswer]:
        """Queue events, if necessary after waiting; the returned awaitable ends when learned."""
        return await self.writes.take_feedback(events, time_remaining_s, caller)

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Change the catalogue; the change takes effect with the next answer."""
        check_items(writes, self.engine.settings)
        return await self.writes.write(writes, time_remaining_s)

    async def delete_items(
        self, deletes: Sequence[ItemDelete], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Delete items from the catalogue."""
        return await self.writes.write(deletes, time_remaining_s)

    async def upsert_users(
        self, writes: Sequence[UserWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Change the features of accounts."""
        check_user_ids(writes, self.engine.settings)
        return await self.writes.write(writes, time_remaining_s)

    async def erase_user(
        self, user_id: str, visitor_id: str, time_remaining_s: float | None, who: str = ""
    ) -> WriteAnswer:
        """Erase an account or a visitor: one of the ids is empty; ``who`` does it."""
        return await self.erasing.erase(user_id, visitor_id, time_remaining_s, who)

    async def unlink_visitor(self, visitor_id: str, time_remaining_s: float | None) -> WriteAnswer:
        """End the visitor's link to an account."""
        return await self.writes.write([VisitorUnlink(visitor_id)], time_remaining_s)

"""What the state holds of rules and of the audit log, and previews. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleOperation
from headwater_server.engine.rules.book import RuleChange
from headwater_server.engine.rules.previewing import ListPreview, Preview
from headwater_server.engine.rules.views import RuleView
from headwater_server.errors import FailedPrecondition, InvalidRequest, NotFound
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.rules.answers import (
    AuditAnswer,
    PreviewAnswer,
    RuleAnswer,
    RuleChangesAnswer,
    RulesAnswer,
)
from headwater_server.replica.steps import taken_in_steps
from headwater_server.replica.tail.tail import Tail


class RuleReads:
    """Answers from memory."""

    def __init__(self, engine: StateMachine, tail: Tail, *, now_ms: Callable[[], int]) -> None:
        """``tail`` knows the offset of the engine's state."""
        self._engine = engine
        self._tail = tail
        self.now_ms = now_ms

    @property
    def offset(self) -> str:
        """The offset of the present state."""
        return self._tail.position.offset

    async def rules(self) -> RulesAnswer:
        """Return all rules, with what of those in force fits nothing."""
        lookups, offset = self._engine.lookups, self.offset
        views, revision = list(lookups.rules.views(self.now_ms())), lookups.rules.revision
        warnings = dict(await taken_in_steps(lookups.rules.warnings()))
        return RulesAnswer(views, warnings, lookups.act_placements(), revision, offset)

    def rule(self, name: str) -> RuleView | None:
        """Return a rule that is in force or replaced, None if there is none."""
        views = self._engine.lookups.rules.views(self.now_ms())
        return next((one for one in views if one.rule["name"] == name), None)

    async def answer(self, name: str, offset: str) -> RuleAnswer:
        """Return a rule as it is after a write, with its warnings."""
        view, rules = self.rule(name), self._engine.lookups.rules
        found = await taken_in_steps(rules.warnings(name)) if view else []
        return RuleAnswer(view, found[0][1] if found else (), offset)

    def changes(self, name: str, before: int | None, count: int) -> RuleChangesAnswer:
        """Return changes, newest first, those before a revision, of one rule or of all ("")."""
        kept = reversed(self._engine.lookups.rules.changes())
        those = (
            one
            for one in kept
            if name in ("", one.name) and (before is None or one.revision < before)
        )
        return RuleChangesAnswer(list(islice(those, count)), self.offset)

    def version(self, name: str, revision: int) -> RuleChange:
        """Return the change that made a revision of a rule; `NotFound` if it is not kept."""
        found = self._engine.lookups.rules.version(name, revision)
        if found is None:
            raise NotFound("to_revision", str(revision))
        return found

    def check_known(self, name: str) -> None:
        """Raise `NotFound` if no rule has, or had, the name."""
        had = any(one.name == name for one in self._engine.lookups.rules.changes())
        if not had and self.rule(name) is None:
            raise NotFound("name", name)

    async def preview(
        self,
        drafts: Sequence[RuleOperation],
        requests: Sequence[RecommendRequest],
        time_ms: int | None,
    ) -> PreviewAnswer:
        """Return lists under drafts beside today's, as of a time (None: now).

        `InvalidRequest` names the draft as ``drafts[place]`` and its own field.
        """
        time_ms = self.now_ms() if time_ms is None else time_ms
        offset, preview = self.offset, self._engine.lookups.rules.preview(time_ms)
        await taken_in_steps(_adding(preview, drafts))
        views = await taken_in_steps(preview.drafts(drafts))
        lists = await taken_in_steps(preview.lists(requests))
        return PreviewAnswer(views, lists, time_ms, offset, self._titles(lists))

    def _titles(self, lists: Sequence[ListPreview]) -> dict[str, str]:
        ids = {
            result.item_id for one in lists for side in (one.before, one.after)
            for result in side.results
        }  # fmt: skip
        items = (self._engine.lookups.get_item(item_id) for item_id in ids)
        return {item.item_id: item.title for item in items if item}

    def audit(
        self, kinds: Collection[str], before: int | None, who: str, count: int
    ) -> AuditAnswer:
        """Return entries of the audit log, newest first, those before a number."""
        newest = self._engine.lookups.audit().newest(kinds, before, who)
        return AuditAnswer(list(islice(newest, count)), self.offset)


def _adding(preview: Preview, drafts: Sequence[RuleOperation]) -> Iterator[None]:
    for place, draft in enumerate(drafts):
        _add(preview, draft, place)
        yield


def _add(preview: Preview, draft: RuleOperation, place: int) -> None:
    judged = preview.add(draft)
    if judged.status is Status.QUARANTINED:
        raise InvalidRequest(f"drafts[{place}]", judged.reasons[0])
    if judged.status is Status.CONFLICT:
        raise FailedPrecondition(f"rule {draft.name!r}", judged.reasons)

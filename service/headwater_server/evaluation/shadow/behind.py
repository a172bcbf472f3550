"""The fold behind the log's end: the champion's state, and the shadow's own if it has one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from headwater_server.engine.engine import Engine
from headwater_server.engine.policies.asking import Asking
from headwater_server.engine.policies.policy import Policy
from headwater_server.evaluation.asking.asker import Asker
from headwater_server.evaluation.asking.own_engine import OwnSettings
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.evaluation.replay.replay import Replay
from headwater_server.evaluation.replay.shown import request_of
from headwater_server.evaluation.shadow.row import Row
from headwater_server.evaluation.shadow.rows import chances_in
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import Position


@dataclass(frozen=True)
class Page:
    """Some entries of a log that follow each other."""

    entries: Sequence[LoggedEntry]

    async def iterate(
        self, after: Position, until: str | None = None
    ) -> AsyncIterator[LoggedEntry]:
        """Yield them; both ends are the caller's."""
        del after, until
        for entry in self.entries:
            yield entry


class Behind:
    """Folds, and asks at places. ``own`` is None for a policy that shares the champion's state.

    What the policy answered before ``warm_ms`` does not count: its state was the champion's.
    """

    def __init__(
        self,
        wanted: Wanted,
        champion: Engine,
        own: Engine | None,
        position: Position,
        *,
        warm_ms: float = 0.0,
        first_slot: bool = False,
    ) -> None:
        self.wanted, self.champion, self.own = wanted, champion, own
        self.position = position
        self.warm_ms = warm_ms
        self.asked = self.same = self.missed = 0
        self._changed = OwnSettings(wanted.state).changed
        self._first_slot = first_slot

    async def fold(self, entries: Sequence[LoggedEntry], answers: Sequence[Answer]) -> list[Row]:
        """Fold the entries, which follow `position`; return the answers that were asked.

        ``answers`` are in the order of their places, which are at or after `position`.
        """
        policies: dict[str, Policy | None] = {CHAMPION: None}
        if self.own is None:
            policies[self.wanted.name] = self.wanted.policy
        asker = self._asker(self.champion, policies, answers)
        agreement = _Agreement(self.own or self.champion, self.wanted.policy, answers)
        async for row in self._replay(self.champion, entries).stops([a.place for a in answers]):
            asker.ask(row)
            if self.own is None:
                agreement.ask(row)
        tables = dict(asker.tables)
        if self.own is not None:
            tables[self.wanted.name] = await self._own(self.own, entries, answers, agreement)
        if entries:
            self.position = entries[-1].position
        rows = self._rows(answers, tables, agreement)
        self.asked, self.same = self.asked + len(rows), self.same + asker.same
        self.missed += len(answers) - len(rows)
        return rows

    async def _own(
        self,
        own: Engine,
        entries: Sequence[LoggedEntry],
        answers: Sequence[Answer],
        agreement: _Agreement,
    ) -> ChanceTable:
        asker = self._asker(own, {self.wanted.name: self.wanted.policy}, answers)
        async for row in self._replay(own, entries).stops([a.place for a in answers]):
            if answers[row].slate.time_ms >= self.warm_ms:
                asker.ask(row)
                agreement.ask(row)
        return asker.tables[self.wanted.name]

    def _asker(
        self, engine: Engine, policies: dict[str, Policy | None], answers: Sequence[Answer]
    ) -> Asker:
        return Asker(engine, policies, answers, first_slot=self._first_slot, predicts=False)

    def _replay(self, engine: Engine, entries: Sequence[LoggedEntry]) -> Replay:
        until = entries[-1].position.offset if entries else self.position.offset
        args = Page(entries), engine, self.position
        if engine is self.own:
            return Replay(*args, until=until, changed=self._changed)
        return Replay(*args, until=until)

    def _rows(
        self, answers: Sequence[Answer], tables: dict[str, ChanceTable], agreement: _Agreement
    ) -> list[Row]:
        champion, own, rows = tables[CHAMPION], tables[self.wanted.name], list[Row]()
        for number, answer in enumerate(answers):
            count = len(answer.slate.item_ids)
            chances = chances_in(champion, number, count)
            if chances is None:  # its place is not on this log
                continue
            row = Row(answer, chances, float(champion.least[number]))
            row.own, row.own_least = chances_in(own, number, count), float(own.least[number])
            row.is_same_top, row.in_common = agreement.found.get(number, (False, 0.0))
            rows.append(row)
        return rows


class _Agreement:
    """Whether the policy, with the same draws, would have shown the same."""

    def __init__(self, engine: Engine, policy: Policy, answers: Sequence[Answer]) -> None:
        self.found: dict[int, tuple[bool, float]] = {}
        self._asking = Asking(engine, policy)
        self._answers = answers

    def ask(self, row: int) -> None:
        """Answer again under the policy; the engine is in the state of the answer's place."""
        answer = self._answers[row]
        slate = answer.slate
        request = request_of(answer.visitor_id, slate, by_page=answer.self_asked)
        if not self._asking.can_answer(request):
            return
        items = list(self._asking.recommend(request, slate.time_ms).item_ids)
        shown = set(slate.item_ids)
        in_common = sum(item in shown for item in items) / max(1, len(shown))
        self.found[row] = items[:1] == list(slate.item_ids[:1]), in_common

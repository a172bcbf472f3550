"""Asks the question of an answer again, under several policies over one state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.policies.asking import Panel
from headwater_server.engine.policies.policy import Policy
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.replay.shown import request_of
from headwater_server.evaluation.shown.answer import Answer

SAME_MAX = 1e-3
"""Chances that differ by less are those of the token, which stores them in two bytes."""


class Asker:
    """Fills a table of chances for each policy; None is the champion, as it answers now."""

    def __init__(
        self, engine: Engine, policies: Mapping[str, Policy | None], answers: Sequence[Answer]
    ) -> None:
        slots = max((len(one.slate.item_ids) for one in answers), default=1)
        self.tables = {name: ChanceTable(len(answers), slots) for name in policies}
        self.same = 0
        self._answers = answers
        self._names = tuple(policies)
        self._is_champion = [policy is None for policy in policies.values()]
        self._panel = Panel(engine, [engine.asking(policy) for policy in policies.values()])

    def ask(self, row: int) -> None:
        """Ask about one answer; the engine is in the state that gave it."""
        answer = self._answers[row]
        slate = answer.slate
        request = request_of(answer.visitor_id, slate, by_page=answer.self_asked)
        found = self._panel.ask(request, slate.item_ids, slate.time_ms, predict=True)
        for name, is_champion, chances in zip(self._names, self._is_champion, found, strict=True):
            if chances is None:
                continue
            self.tables[name].put(row, chances)
            if is_champion:
                logged = np.asarray(slate.propensities)
                self.same += bool(np.all(np.abs(chances.slots - logged) <= SAME_MAX * logged))

"""The answers that were asked again, the newest of them, as they are compared and stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.evaluation.shadow.row import LISTED, SLOT, Row, Single
from headwater_server.evaluation.shadow.row_codec import decode_rows, encode_rows
from headwater_server.evaluation.shown.answer import Answer

ERASED = "erased"
SETTLE_MS = 1_000


class Rows:
    """At most ``rows_max`` rows, by recommendation, in the order in which they were asked."""

    def __init__(self, rows_max: int) -> None:
        self._rows: dict[str, Row] = {}
        self._rows_max = rows_max
        self._unsettled: dict[str, Row] = {}
        self._erased = 0
        self._settled_ms = 0.0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __contains__(self, recommendation_id: str) -> bool:
        return recommendation_id in self._rows

    def add(self, row: Row) -> None:
        """Keep a row; the oldest one leaves if there are too many."""
        name = row.answer.slate.recommendation_id
        self._rows[name] = row
        if not row.is_settled:
            self._unsettled[name] = row
        while len(self._rows) > self._rows_max:
            oldest = next(iter(self._rows))
            del self._rows[oldest]
            self._unsettled.pop(oldest, None)

    def settle(self, before_ms: float, *, at_once: bool = False) -> None:
        """Settle the rows that were reported before a time; once a second, or ``at_once``."""
        if not at_once and before_ms < self._settled_ms + SETTLE_MS:
            return
        self._settled_ms = before_ms
        over = [name for name, row in self._unsettled.items() if row.answer.reported_ms < before_ms]
        for name in over:
            self._unsettled.pop(name).settle()

    def rejoin(self, answer: Answer) -> None:
        """Count acts from here on for a row that a stored state had, as they are read again."""
        row = self._unsettled.get(answer.slate.recommendation_id)
        if row is not None:
            row.answer = answer

    def erase(self, user_id: str, visitor_ids: Iterable[str]) -> None:
        """Forget who saw the answers of an erased person."""
        visitors = {*visitor_ids} - {""}
        for row in self._rows.values():
            one = row.answer
            if one.visitor_id in visitors or (user_id and one.user_id == user_id):
                self._erased += 1
                one.visitor_id, one.user_id = f"{ERASED} {self._erased}", ""

    def answers(self) -> list[Answer]:
        """Return the answers, in the order of their places."""
        return [row.answer for row in self._in_order()]

    def tables(self, name: str) -> dict[str, ChanceTable]:
        """Return the chances of the champion and of the policy, in the order of `answers`."""
        rows = self._in_order()
        slots = max((len(row.answer.slate.item_ids) for row in rows), default=1)
        champion, own = (ChanceTable(len(rows), slots, predicts=False) for _ in range(2))
        for number, row in enumerate(rows):
            _put(champion, number, row.champion, row.least)
            if row.own is not None:
                _put(own, number, row.own, row.own_least)
        return {CHAMPION: champion, name: own}

    def _in_order(self) -> Sequence[Row]:
        return sorted(self._rows.values(), key=lambda row: row.answer.place)

    def state(self) -> dict[str, Any]:
        """Return all rows as plain values."""
        return {"erased": self._erased, **encode_rows(list(self._rows.values()))}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the rows by what `state` returned; the newest ones, if there are too many."""
        self._erased = int(state["erased"])
        self._rows, self._unsettled = {}, {}
        rows = decode_rows(state)
        for row in islice(rows, max(0, len(rows) - self._rows_max), None):
            self.add(row)


def _put(table: ChanceTable, number: int, chances: Single, least: float) -> None:
    count = chances.shape[1]
    table.is_asked[number] = True
    table.slot[number, :count] = chances[SLOT]
    table.listed[number, :count] = chances[LISTED]
    table.least[number] = least


def chances_in(table: ChanceTable, number: int, count: int) -> Single | None:
    """Return a row of a table, None if it was not asked."""
    if not table.is_asked[number]:
        return None
    return np.stack([table.slot[number, :count], table.listed[number, :count]])

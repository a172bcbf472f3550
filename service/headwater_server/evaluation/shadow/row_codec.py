"""Rows as plain values: by column, because a state has many of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from headwater_server.engine.messages.events import Slate
from headwater_server.evaluation.shadow.row import Row
from headwater_server.evaluation.shown.answer import Answer


def encode_rows(rows: Sequence[Row]) -> dict[str, Any]:
    """Return columns; `decode_rows` makes rows of them."""
    answers = [row.answer for row in rows]
    slates = [one.slate for one in answers]
    earned = [one.earned for one in answers]
    return {
        "recommendation_id": [one.recommendation_id for one in slates],
        "visitor_id": [one.visitor_id for one in answers],
        "user_id": [one.user_id for one in answers],
        "placement": [one.placement for one in answers],
        "numbers": np.array([_numbers(one) for one in answers], np.int64).reshape(-1, 7),
        "flags": np.array([_flags(row) for row in rows], np.uint8).reshape(-1, 4),
        "weights": np.array(
            [(row.least, row.own_least, row.in_common) for row in rows], np.float64
        ).reshape(-1, 3),
        "propensities": np.array([p for one in slates for p in one.propensities], np.float64),
        "champion": _joined([row.champion for row in rows]),
        "own": _joined([row.own for row in rows if row.own is not None]),
        "earned_of": np.array([n for n, one in enumerate(earned) for _ in one], np.int64),
        "earned_metric": [metric for one in earned for metric, _ in one],
        "earned_slot": np.array([slot for one in earned for _, slot in one], np.int64),
        "earned": np.array([amount for one in earned for amount in one.values()], np.float64),
    }


def _numbers(answer: Answer) -> tuple[int, ...]:
    slate = answer.slate
    place = slate.sequence, slate.operations, slate.windows
    return answer.reported_ms, *place, slate.time_ms, answer.acts, len(slate.item_ids)


def _flags(row: Row) -> tuple[bool, bool, bool, bool]:
    return row.answer.self_asked, row.own is not None, row.is_same_top, row.is_settled


def _joined(chances: Sequence[Any]) -> Any:
    return np.concatenate(chances, axis=1) if chances else np.zeros((2, 0), np.float32)


def decode_rows(state: dict[str, Any]) -> list[Row]:
    """Return the rows that `encode_rows` was given."""
    rows, at, own_at = list[Row](), 0, 0
    for number, name in enumerate(state["recommendation_id"]):
        reported, sequence, operations, windows, time_ms, acts, count = state["numbers"][
            number
        ].tolist()
        self_asked, has_own, is_same_top, is_settled = map(bool, state["flags"][number])
        least, own_least, in_common = state["weights"][number].tolist()
        propensities = tuple(state["propensities"][at : at + count].tolist())
        slate = Slate(
            name,
            "",
            "",
            ("",) * count,
            propensities,
            sequence,
            operations,
            time_ms,
            windows=windows,
        )
        answer = Answer(
            slate,
            state["visitor_id"][number],
            state["user_id"][number],
            self_asked,
            state["placement"][number],
            reported,
            acts=acts,
        )
        champion = state["champion"][:, at : at + count].copy()
        own = state["own"][:, own_at : own_at + count].copy() if has_own else None
        row = Row(answer, champion, least, own, own_least, is_same_top, in_common, is_settled)
        rows.append(row)
        at, own_at = at + count, own_at + (count if has_own else 0)
    earned = zip(
        state["earned_of"].tolist(),
        state["earned_metric"],
        state["earned_slot"].tolist(),
        state["earned"].tolist(),
        strict=True,
    )
    for number, metric, slot, amount in earned:
        rows[number].answer.earned[metric, slot] = amount
    return rows

"""Replays the log, and asks at each list how likely it was to contain the item."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater_server.engine import assigning
from headwater_server.engine.engine import Engine
from headwater_server.engine.policies.chances import LISTS_MAX
from headwater_server.engine.policies.standing import Standing, standing
from headwater_server.evaluation.asking.asker import SAME_MAX
from headwater_server.evaluation.asking.second_pass import stops
from headwater_server.evaluation.asking.start import Start
from headwater_server.evaluation.causal.asked import CausalAsked
from headwater_server.evaluation.causal.gathered import ROWS_MAX, Gathered
from headwater_server.evaluation.replay.shown import request_of
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.collecting import Collecting


@dataclass
class Replayed:
    """The rows, and how many lists were asked about, had the same chances, had no candidate."""

    rows: Gathered
    asked: int = 0
    same: int = 0
    without: int = 0
    undrawn: int = 0
    digest: str = ""
    settings: dict[str, Any] | None = None
    is_known: bool = False


async def replay(
    start: Start,
    engine: Engine,
    lists: Collecting,
    asked: CausalAsked,
    on_entry: Callable[[int], None],
    rows_max: int = ROWS_MAX,
) -> Replayed:
    """Return a row for each list in which an item was a candidate."""
    found = Replayed(Gathered(rows_max))
    async for number in stops(start, engine, lists, on_entry):
        answer = lists.packed[number]
        if not answer.slate.question or not answer.slate.question.explore:
            found.undrawn += 1
        elif found.rows.keeps(answer.profile):
            _ask(engine, answer, number, asked, found)
    found.digest = engine.digest()
    found.settings = json.loads(engine.settings.canonical())
    found.is_known = engine.parts.catalogue.number(asked.item_id) is not None
    return found


def _ask(engine: Engine, answer: Answer, number: int, asked: CausalAsked, found: Replayed) -> None:
    slate = answer.slate
    one = _standing(engine, answer, asked)
    found.asked += 1
    logged, again = np.asarray(slate.propensities), one.shown.slots[: len(slate.item_ids)]
    # under Thompson sampling the chances of slots are estimates, also those of the token
    is_same = one.shown.estimated or bool(np.all(np.abs(again - logged) <= SAME_MAX * logged))
    found.same += is_same
    if not one.item_ids:
        found.without += 1
        return
    seen = {slate.item_ids[slot] for slot in answer.seen}
    found.rows.add(number, answer.profile, one, set(slate.item_ids), seen)


def _standing(engine: Engine, answer: Answer, asked: CausalAsked) -> Standing:
    slate, parts = answer.slate, engine.parts
    request = request_of(answer.visitor_id, slate, by_page=answer.self_asked)
    under = parts.reranking.in_force
    if parts.experiments.active:
        under = assigning.assignment(parts, request, slate.time_ms).under
    return standing(
        parts, under, request, slate.time_ms, asked.item_id, asked.filter, slate.item_ids, LISTS_MAX
    )

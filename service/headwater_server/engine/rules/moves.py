"""What moved between two lists of one visitor, and which rules moved it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.rules import (
    Boost,
    Bury,
    Cap,
    Diversify,
    Hide,
    LeaveOut,
    Pin,
    Rule,
)

_VERBS: dict[type[Rule], tuple[str, str]] = {
    Pin: ("pinned by", "no longer pinned by"),
    Boost: ("raised by", "no longer raised by"),
    Bury: ("lowered by", "no longer lowered by"),
    LeaveOut: ("hidden by", "no longer hidden by"),
    Cap: ("limited by", "no longer limited by"),
    Diversify: ("the variety changes by", "the variety no longer changes by"),
}
MADE_WAY, MADE_ROOM = "makes way for other items", "moves up, since other items leave"


@dataclass(frozen=True, slots=True)
class Move:
    """An item whose place differs; places count from 1, and 0 is not in the list.

    ``rules``: the rules behind it that differ between the lists; none: others moved.
    """

    item_id: str
    before: int
    after: int
    rules: tuple[str, ...]
    reason: str


def moves(
    parts: Parts,
    lists: Sequence[Recommendation],
    unders: Sequence[AnswerSettings],
    request: RecommendRequest,
    now_ms: int,
) -> Iterator[Move]:
    """Yield what moved from the first list to the second, in the order of the second."""
    before, after = ([result.item_id for result in one.results] for one in lists)
    here = [_holding(under, request, now_ms) for under in unders]
    came = [rule for rule in here[1] if rule not in here[0]]
    gone = [rule for rule in here[0] if rule not in here[1]]
    for item_id in dict.fromkeys([*after, *before]):
        places = _place(before, item_id), _place(after, item_id)
        if places[0] != places[1]:
            yield _move(parts, item_id, places, came, gone)


def _holding(under: AnswerSettings, request: RecommendRequest, now_ms: int) -> list[Rule]:
    rules = [rule for rule in under.rules if rule.holds(request.placement, now_ms)]
    return [rule for rule in rules if not isinstance(rule, Hide)]


def _place(item_ids: Sequence[str], item_id: str) -> int:
    return item_ids.index(item_id) + 1 if item_id in item_ids else 0


def _move(
    parts: Parts, item_id: str, places: tuple[int, int], came: list[Rule], gone: list[Rule]
) -> Move:
    why = [(rule, 0) for rule in came if _is_about(parts, rule, item_id)]
    why += [(rule, 1) for rule in gone if _is_about(parts, rule, item_id)]
    names = tuple(dict.fromkeys(rule.name for rule, _ in why))
    reason = "; ".join(f'{_VERBS[type(rule)][tense]} "{rule.name}"' for rule, tense in why)
    moves_up = 0 < places[1] < (places[0] or len(parts.catalogue) + 1)
    return Move(item_id, *places, names, reason or (MADE_ROOM if moves_up else MADE_WAY))


def _is_about(parts: Parts, rule: Rule, item_id: str) -> bool:
    """Whether the rule names the item, or its filter passes it."""
    number = parts.catalogue.number(item_id)
    if isinstance(rule, Diversify) or number is None:
        return False
    if isinstance(rule, Pin) and rule.item_ids and item_id not in rule.item_ids:
        return False
    items = np.array([number], dtype=np.int32)
    return bool(parts.scoring.passing(rule.filter, items)[0])

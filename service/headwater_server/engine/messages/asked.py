"""What an answer was asked, and for which arms: with the place on the log it can be asked again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from headwater_server.engine.messages.quick_value import quick_value


class Arm(NamedTuple):
    """An arm of an experiment, in which a visitor was when a list was made.

    A tuple, because answers look up bytes by their arms, and so hash them.
    """

    experiment_id: str
    arm_id: str


@quick_value
class Question:
    """What a request asked, beside what its slate and its event say already.

    Visitor, placement, recommendation and sender are theirs. ``exclude_item_ids`` contains the
    items of the lists that ``exclude_attribution_tokens`` named. ``context`` is as it was asked.
    ``first_slot``: the chances of the first slot were asked for, by a caller that shows one item.
    """

    page_size: int = 20
    candidate_item_ids: tuple[str, ...] = ()
    exclude_item_ids: tuple[str, ...] = ()
    context_item_ids: tuple[str, ...] = ()
    filter: str = ""
    diversity: str = ""
    explore: bool = True
    user_id: str = ""
    session_id: str = ""
    context: tuple[tuple[str, str | float], ...] = ()
    objective: str = ""
    first_slot: bool = False


def over_slate(candidates: Sequence[str], item_ids: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return where each item of the slate is among the candidates, and the other candidates.

    Places begin at 1; 0: a slate's item that is no candidate. So no id is stored twice.

    >>> over_slate(["a", "b", "c", "b"], ["c", "b"])
    ([3, 2], ['a', 'b'])
    """
    places: dict[str, int] = {}
    for place, candidate in enumerate(candidates, 1):
        places.setdefault(candidate, place)
    taken = [places.get(item_id, 0) for item_id in item_ids]
    shown = set(taken)
    return taken, [one for place, one in enumerate(candidates, 1) if place not in shown]


def candidates_of(
    item_ids: Sequence[str], places: Sequence[int], others: Sequence[str]
) -> tuple[str, ...]:
    """Return the candidates of which this is `over_slate`. IndexError for other places.

    >>> candidates_of(["c", "b"], [3, 2], ["a", "b"])
    ('a', 'b', 'c', 'b')
    """
    shown = {place: item_id for place, item_id in zip(places, item_ids, strict=False) if place}
    rest, count = iter(others), len(shown) + len(others)
    if max(shown, default=0) > count:
        raise IndexError("a candidate's place is behind the last one")
    return tuple([shown[place] if place in shown else next(rest) for place in range(1, count + 1)])

"""Whether an item is proposed at all, found without the evidence for all others."""

from __future__ import annotations

from numba import njit

from headwater_server.engine.retrieval.gathering import FROM_CYCLES, FROM_STRANGERS
from headwater_server.models import evidence as ev
from headwater_server.models.content.profile_similarity import is_similar
from headwater_server.models.content.word_lifts import is_of_found
from headwater_server.models.covisitation import companions, next_item
from headwater_server.models.covisitation.neighbours import is_in_any
from headwater_server.models.covisitation.walk import is_reached

_NEXT_REACH = next_item.REACH - 1  # what it reads; it counts one more


@njit(cache=True)
def is_proposed(tables, visitor, item):
    """Whether a source proposes ``item`` to the visitor, after `gathering.find`.

    The item is looked for in what each source would read: its rows of neighbours, its lists.
    """
    on, items = tables.on, visitor.items
    if on & (ev.FROM_OWN | FROM_CYCLES) and ev.has(items, item):
        return True
    if on & ev.FROM_POPULAR and ev.has(tables.popular, item):
        return True
    if on & FROM_STRANGERS and len(items) == 0 and ev.has(tables.first, item):
        return True
    if on & ev.FROM_NEW and ev.has(tables.newest, item):
        return True
    return _is_visited(tables, visitor, item) or _is_described(tables, items, item)


@njit(cache=True)
def _is_visited(tables, visitor, item):
    """Whether a model of pairs proposes it.

    An item without interactions may be: what a visitor acts on after he refused it is in his
    history, which later acts are paired with, and is counted for nobody.
    """
    on, items = tables.on, visitor.items
    if on & ev.FROM_NEXT and is_in_any(tables.next_item[0], items[:_NEXT_REACH], item):
        return True
    if on & ev.FROM_TOGETHER and is_in_any(tables.companions[0], items[: companions.REACH], item):
        return True
    rows = visitor.circumstances
    if on & ev.FROM_CIRCUMSTANCES and is_in_any(tables.circumstances[0], rows, item):
        return True
    return on & ev.FROM_WALK != 0 and is_reached(tables.next_item, items, item)


@njit(cache=True)
def _is_described(tables, items, item):
    """Whether words propose it; an item without words is listed under none."""
    if tables.content[0][item, 0] < 0:
        return False
    if tables.on & ev.FROM_CONTENT and is_similar(tables.content, tables.listed, items, item):
        return True
    return tables.on & ev.FROM_WORDS != 0 and is_of_found(tables.listed, tables.flow, item)

"""Whether an item is proposed at all, found without the evidence for all others."""

from __future__ import annotations

from numba import njit

from headwater_server.engine.retrieval.gathering import FROM_CYCLES, FROM_STRANGERS, find
from headwater_server.models import evidence as ev
from headwater_server.models.content.profile_similarity import (
    is_listed,
    is_of_latest,
    is_similar,
)
from headwater_server.models.content.word_lifts import is_of_found, may_be_met
from headwater_server.models.covisitation import companions, next_item
from headwater_server.models.covisitation.neighbours import is_in_any
from headwater_server.models.covisitation.walk import is_reached

_NEXT_REACH = next_item.REACH - 1  # what it reads; it counts one more


@njit(cache=True)
def is_proposed(tables, visitor, item):
    """Return (whether a source proposes the item to the visitor, whether `find` ran for that).

    The item is looked for in what each source would read: its rows of neighbours, its lists. The
    words that come next are found only if they alone can propose it.
    """
    on, items = tables.on, visitor.items
    if on & (ev.FROM_OWN | FROM_CYCLES) and ev.has(items, item):
        return True, False
    if on & ev.FROM_POPULAR and ev.has(tables.popular, item):
        return True, False
    if on & FROM_STRANGERS and len(items) == 0 and ev.has(tables.first, item):
        return True, False
    if on & ev.FROM_NEW and ev.has(tables.newest, item):
        return True, False
    if _is_visited(tables, visitor, item):
        return True, False
    return _is_described(tables, visitor, item)


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
def _is_described(tables, visitor, item):
    """Return what `is_proposed` does, of the sources that go by words.

    An item without words is listed under none. Its own words are looked at, not those that
    propose: they are fewer, and most items are listed under none, because newer ones took their
    places. But an item of many words may be listed under one that ``tokens`` leave out.
    """
    on, items, tokens = tables.on, visitor.items, tables.content[0]
    if tokens[item, 0] < 0:
        return False, False
    has_all, may_follow = tokens[item, -1] < 0, on & ev.FROM_WORDS != 0
    if has_all:
        is_near, may_follow = _is_listed_near(tables, items, item)
        if is_near:
            return True, False
    elif on & ev.FROM_CONTENT and is_similar(tables.content, tables.listed, items, item):
        return True, False
    if may_follow:
        find(tables, visitor)
        return is_of_found(tables.listed, tables.flow, item), True
    return False, False


@njit(cache=True)
def _is_listed_near(tables, items, item):
    """Return whether it is listed under a word of the latest items, and one that may come next.

    The ``tokens`` have all its words.
    """
    on, tokens, may_follow = tables.on, tables.content[0], False
    for word in tokens[item]:
        if word < 0:
            break
        if not is_listed(tables.listed, word, item):
            continue
        if on & ev.FROM_CONTENT and is_of_latest(tokens, items, word):
            return True, False
        if on & ev.FROM_WORDS and not may_follow:
            may_follow = may_be_met(tables.words, tokens, items, word)
    return False, may_follow

"""Every source writes its evidence, and the candidates are chosen: one kernel over all models."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.retrieval.candidate_selection import (
    add_own_items,
    select_candidates,
)
from headwater_server.models import evidence as ev
from headwater_server.models.content.profile_similarity import build_profile, propose_similar
from headwater_server.models.content.word_lifts import find_words, propose_found
from headwater_server.models.covisitation.circumstances import accumulate_circumstances
from headwater_server.models.covisitation.companions import accumulate_together
from headwater_server.models.covisitation.cycles import accumulate_due
from headwater_server.models.covisitation.next_item import accumulate_next
from headwater_server.models.covisitation.walk import accumulate_walk

FROM_CYCLES = 1 << 15
"""The bit of a source that writes evidence, and proposes no item."""
FROM_STRANGERS = 1 << 14
"""The bit of what strangers get: popular items of their own, and scores by all popularities."""
_BESIDE = {"cycles": FROM_CYCLES, "strangers": FROM_STRANGERS}
BITS = {name: bit for bit, name in ev.SOURCES.items()} | _BESIDE
ALL = sum(BITS.values())


class Tables(NamedTuple):
    """What the sources read, as each model's ``counted`` gives it, and their scratch.

    ``on`` holds the bit of each source that is not left out; ``listed`` are the newest items of
    each word; ``popular`` and ``newest`` the numbers of the items that are always proposed;
    ``first`` of those that a visitor without a history gets beside them.
    """

    on: int
    next_item: tuple[Any, ...]
    companions: tuple[Any, ...]
    circumstances: tuple[Any, ...]
    cycles: tuple[Any, ...]
    content: tuple[Any, ...]
    words: tuple[Any, ...]
    listed: tuple[Any, ...]
    interactions: NDArray[np.float32]
    popular: NDArray[np.int32]
    first: NDArray[np.int32]
    newest: NDArray[np.int32]
    profile: tuple[Any, ...]
    flow: tuple[Any, ...]
    evidence: tuple[Any, ...]


class Visitor(NamedTuple):
    """A history as kernels take it; ``circumstances`` are rows of their model."""

    items: NDArray[np.int32]
    ages_s: NDArray[np.float64]
    interactions: NDArray[np.int32]
    in_session: NDArray[np.bool_]
    refused: NDArray[np.int32]
    circumstances: NDArray[np.int32]


@njit(cache=True, inline="always")  # a kernel of its own would be compiled once more
def gather(tables, visitor):
    """Let every source that is on write its evidence for this request."""
    find(tables, visitor)
    propose(tables, visitor)


@njit(cache=True)
def find(tables, visitor):
    """Find the words that come next, before any item is proposed."""
    if tables.on & ev.FROM_WORDS:
        find_words(tables.words, tables.content[0], visitor.items, tables.flow)


@njit(cache=True, inline="always")
def propose(tables, visitor):
    """Let every source propose its items, and write its evidence."""
    on, items, evidence = tables.on, visitor.items, tables.evidence
    build_profile(tables.content, items, visitor.in_session, tables.profile)
    if on & ev.FROM_NEXT:
        accumulate_next(tables.next_item, items, tables.interactions, evidence)
    if on & ev.FROM_TOGETHER:
        flags = visitor.in_session
        accumulate_together(tables.companions, items, flags, tables.interactions, evidence)
    if on & ev.FROM_OWN:
        add_own_items(items, visitor.ages_s, visitor.interactions, visitor.in_session, evidence)
    if on & ev.FROM_POPULAR:
        ev.add_rows(evidence, tables.popular, ev.FROM_POPULAR)
    if on & FROM_STRANGERS and len(items) == 0:
        ev.add_rows(evidence, tables.first, ev.FROM_POPULAR)
    if on & ev.FROM_NEW:
        ev.add_rows(evidence, tables.newest, ev.FROM_NEW)
    if on & ev.FROM_CONTENT:
        propose_similar(tables.content, tables.listed, items, evidence)
    if on & ev.FROM_CIRCUMSTANCES:
        rows = visitor.circumstances
        accumulate_circumstances(tables.circumstances, rows, tables.interactions, evidence)
    if on & ev.FROM_WALK:
        accumulate_walk(tables.next_item, items, evidence)
    if on & ev.FROM_WORDS:
        propose_found(tables.listed, tables.flow, evidence)
    if on & FROM_CYCLES:
        accumulate_due(tables.cycles, items, visitor.ages_s, evidence)


@njit(cache=True, inline="always")
def retrieve(tables, visitor, excluded, shown_at):
    """Return int32[n] candidates that may be shown: none ``excluded``, refused or just viewed."""
    find(tables, visitor)
    return select(tables, visitor, excluded, shown_at)


@njit(cache=True, inline="always")
def select(tables, visitor, excluded, shown_at):
    """Do the same after `find`."""
    propose(tables, visitor)
    return select_proposed(tables, visitor, excluded, shown_at)


@njit(cache=True, inline="always")
def select_proposed(tables, visitor, excluded, shown_at):
    """Do the same after `propose`."""
    ev.leave_out(tables.evidence, excluded)
    ev.leave_out(tables.evidence, visitor.refused)
    ev.leave_out(tables.evidence, visitor.items[:1])
    return select_candidates(tables.evidence, shown_at)

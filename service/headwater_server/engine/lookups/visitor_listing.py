"""Visitors and accounts for a person who looks for one: the most recent first, or by text."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

from headwater_server.engine.visitors.recent_ids import IDS_MAX
from headwater_server.engine.visitors.users import Users
from headwater_server.engine.visitors.visitors import Visitors

Value = TypeVar("Value")

STEP = 500
"""Ids that are compared in one step: about a millisecond if all of them hold the text."""
IS_IT, BEGINS, HOLDS = range(3)  # how well an id fits the text: the best first


class Place(NamedTuple):
    """Where a profile is in the list: the fit, the newest act first, and then by key."""

    fit: int
    minus_act: int
    key: str


@dataclass(frozen=True, slots=True)
class VisitorQuestion:
    """Profiles after a place (None: from the first), whose id holds ``text``, whatever the case."""

    text: str = ""
    count: int = 50
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class VisitorFigures:
    """One profile. ``user_id``: the account itself, or the one that the visitor is linked to.

    ``last_ms``: the latest act by its own time, 0 if there is none. ``visitors``: how many visitors
    are linked to the account.
    """

    place: Place
    visitor_id: str
    user_id: str
    last_ms: int
    items: int
    visitors: int


class VisitorPage(NamedTuple):
    """A page, how many there are on all pages, how many ids were read, how many profiles exist."""

    visitors: tuple[VisitorFigures, ...]
    total: int
    searched: int
    profiles: int


Fits = Callable[[str], int | None]
"""How well an id fits the text; None: not at all."""


def visitor_page(
    visitors: Visitors, users: Users, question: VisitorQuestion
) -> Iterator[VisitorPage | None]:
    """Yield None between steps of a few milliseconds at most, and the page at the end.

    Without a text: those whose id is kept, see `visitors.recent_ids`, newest act first. With one:
    those whose id it is, then those that begin with it, then those that hold it; also accounts that
    were only described, as many and the latest; and of all the one with exactly this id. The state
    may change between two steps: a profile that acts meanwhile may be on two pages or on none.
    """
    rows = visitors.recent_ids.newest_rows()
    if not question.text:
        yield from _recent(visitors, rows, question)
        return
    fits = partial(_fit, question.text, question.text.casefold())
    found = _First(question)
    yield None
    described = users.newest(IDS_MAX)
    for part in _parts(rows):
        found.add(_places(visitors, part, fits))
        yield None
    for ids in _parts(described):
        found.add(_described(visitors, ids, fits))
        yield None
    found.add(_exact(visitors, users, question.text))
    yield _page(visitors, found.places, found.total, len(rows) + len(described))


def unsearched(page: VisitorPage, users: int, text: str) -> int:
    """Return how many profiles, and of so many described ``users``, only their whole id finds.

    >>> unsearched(VisitorPage((), 4, 4, 9), 2, ""), unsearched(VisitorPage((), 4, 6, 9), 2, "v")
    (5, 5)
    """
    return page.profiles - page.searched + (users if text else 0)


def _recent(
    visitors: Visitors, rows: list[int], question: VisitorQuestion
) -> Iterator[VisitorPage | None]:
    found, after = _First(question), question.after
    # in order already: the page begins after its place, and is full with the first that are found
    start = (
        0 if after is None else bisect_left(rows, after.minus_act, key=partial(_order, visitors))
    )
    for part in _parts(rows[start:]):
        found.add(_places(visitors, part, _any))
        if len(found.places) == question.count:
            break
        yield None
    yield _page(visitors, found.places, len(rows), len(rows))


class _First:
    """The first places after the question's, and how many there are in all."""

    def __init__(self, question: VisitorQuestion) -> None:
        self._question = question
        self.places: list[Place] = []
        self.total = 0

    def add(self, places: Iterable[Place]) -> None:
        """Count more places, and keep them as far as they are among the first."""
        more, after = list(places), self._question.after
        self.total += len(more)
        later = [place for place in more if after is None or place > after]
        if later:
            self.places = heapq.nsmallest(self._question.count, {*self.places, *later})


def _parts(values: list[Value]) -> Iterator[list[Value]]:
    return (values[start : start + STEP] for start in range(0, len(values), STEP))


def _places(visitors: Visitors, rows: Iterable[int], fits: Fits) -> Iterator[Place]:
    for row in rows:
        key = visitors.recent_ids.key(row)  # None: it left since the first step
        if key is not None and (fit := fits(key[1:])) is not None:
            yield Place(fit, _order(visitors, row), key)


def _order(visitors: Visitors, row: int) -> int:
    return -visitors.last_act(row)[0]


def _described(visitors: Visitors, ids: Iterable[str], fits: Fits) -> Iterator[Place]:
    """Yield the accounts that hold the text, and are not among the recent ones."""
    for user_id in ids:
        fit = fits(user_id)
        if fit is None or fit == IS_IT:  # exactly this id is looked up, see `_exact`
            continue
        row = visitors.rows_of("", user_id)[1]
        if visitors.recent_ids.key(row) is None:
            yield Place(fit, _order(visitors, row) if row >= 0 else 0, "u" + user_id)


def _exact(visitors: Visitors, users: Users, text: str) -> Iterator[Place]:
    """Yield the visitor and the account with this id, if their text is not kept."""
    for kind, row in zip("vu", visitors.rows_of(text, text), strict=True):
        if row >= 0 and visitors.recent_ids.key(row) is None:
            yield Place(IS_IT, _order(visitors, row), kind + text)
        elif row < 0 and kind == "u" and text in users:
            yield Place(IS_IT, 0, kind + text)


def _any(_profile_id: str) -> int:
    return IS_IT


def _fit(text: str, folded: str, profile_id: str) -> int | None:
    if profile_id == text:
        return IS_IT
    at = profile_id.casefold().find(folded)
    return None if at < 0 else HOLDS if at else BEGINS


def _page(visitors: Visitors, places: Iterable[Place], total: int, searched: int) -> VisitorPage:
    figures = tuple(_figures(visitors, place) for place in places)
    return VisitorPage(figures, total, searched, len(visitors))


def _figures(visitors: Visitors, place: Place) -> VisitorFigures:
    kind, profile_id = place.key[0], place.key[1:]
    is_account = kind == "u"
    row = visitors.rows_of("", profile_id)[1] if is_account else visitors.rows_of(profile_id, "")[0]
    _, seconds, items = visitors.last_act(row) if row >= 0 else (0, 0.0, 0)
    return VisitorFigures(
        place,
        "" if is_account else profile_id,
        profile_id if is_account else visitors.account_of(profile_id),
        round(1000 * seconds),
        items,
        len(visitors.visitors_of(profile_id)) if is_account else 0,
    )

"""Visitors and accounts: their histories, sessions, and the link from one to the other.

The key of a profile is ``v<visitor_id>`` or ``u<user_id>``. Acts of a logged-in visitor belong to
the account, all others to the visitor. A visitor's anonymous part counts together with the latest
linked account until a logout, and with no other: shared devices do not join two people.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.eviction import ORDINARY
from headwater_server.engine.catalogue.recency import Recency
from headwater_server.engine.visitors.histories import Histories
from headwater_server.engine.visitors.links import Links
from headwater_server.engine.visitors.past_sums import PastSums
from headwater_server.engine.visitors.profile_rows import ProfileRows
from headwater_server.engine.visitors.reading import read_history
from headwater_server.engine.visitors.recent_ids import RecentIds
from headwater_server.engine.visitors.session_keys import session_key
from headwater_server.engine.visitors.sessions import Sessions, enter_session
from headwater_server.models.base import CAPACITY_START, done, growing

_PLACES = 2  # profiles that one event may begin: the visitor's and the account's


class History(NamedTuple):
    """The recent items of a visitor, newest first, as one request uses them.

    ``items`` int32[n], ``ages_s`` float64[n], ``interactions`` int32[n], ``in_session`` bool[n];
    ``refused`` the items that the visitor dismissed or disliked; ``gap_s`` since the last act;
    ``circumstances`` of the request or the act, see `models.covisitation.circumstances`;
    ``claimed`` those that only a page claims: they are counted, and teach the ranker nothing.
    """

    items: NDArray[np.int32]
    ages_s: NDArray[np.float64]
    interactions: NDArray[np.int32]
    in_session: NDArray[np.bool_]
    refused: NDArray[np.int32]
    session_length: int
    gap_s: float
    circumstances: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()

    @property
    def latest(self) -> int:
        """The latest item, -1 if none."""
        return int(self.items[0]) if len(self.items) else -1


class Visitors:
    """Profiles by row, at most ``profiles_max``: `catalogue.eviction` says which leave first."""

    _row_arrays = ("_last_s", "_session_start_s", "_session_keys")

    def __init__(self, profiles_max: int, session_gap_s: float) -> None:
        self.profiles_max, self.session_gap_s = profiles_max, session_gap_s
        self.histories, self.past = Histories(), PastSums()
        self._rows, self._recency = ProfileRows(), Recency()
        self.recent_ids = RecentIds()
        self.links = Links()
        self._linked: dict[int, str] = {}
        """The key of each row whose visitor is, or was, linked: no other text is kept."""
        self._last_s = np.zeros(CAPACITY_START)
        self._session_start_s = np.zeros(CAPACITY_START)
        self._session_keys = np.zeros(CAPACITY_START, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    def acting(self, visitor_id: str, user_id: str) -> str:
        """Return the key of the profile that an event of this caller belongs to."""
        return "u" + user_id if user_id else "v" + visitor_id

    def profiles_of(self, visitor_id: str, user_id: str) -> tuple[str, str]:
        """Return the keys of the profiles that count together for a caller."""
        account = "u" + user_id if user_id else self.links.account("v" + visitor_id)
        return ("v" + visitor_id, account)

    def open(
        self, visitor_id: str, user_id: str, seconds: float = 0.0, row_class: int = ORDINARY
    ) -> int:
        """Return the row of the acting profile, a new one if needed; link visitor and user.

        ``seconds``: the event's own time; ``row_class``: what the event makes of the profiles.
        """
        if user_id:
            visitor = "v" + visitor_id
            self._linked[self._row(visitor, row_class)] = visitor  # without it the link is lost
            self.links.link(visitor, "u" + user_id, seconds)
        return self._row(self.acting(visitor_id, user_id), row_class)

    def open_rows(
        self, visitor_id: str, user_id: str, seconds: float, row_class: int
    ) -> tuple[int, int, int]:
        """Do what `open` does; return its row, and those of `rows_of`."""
        if user_id:
            row = self.open(visitor_id, user_id, seconds, row_class)
            return row, *self.rows_of(visitor_id, user_id)
        key = "v" + visitor_id
        row, account = self._row(key, row_class), self.links.account(key)
        return row, row, self._rows.find(account) if account else -1

    def log_out(self, visitor_id: str, user_id: str, seconds: float) -> None:
        """End the visitor's link, if it is to ``user_id`` (empty: to any); a stranger has none."""
        visitor = "v" + visitor_id
        row = self._rows.find(visitor)
        if row >= 0:
            self._linked[row] = visitor
            self.links.end(visitor, seconds, "u" + user_id if user_id else "")

    def account_of(self, visitor_id: str) -> str:
        """Return the id of the account that a visitor is linked to, "" if to none."""
        return self.links.account("v" + visitor_id)[1:]

    def visitors_of(self, user_id: str) -> tuple[str, ...]:
        """Return the ids of the visitors that are linked to an account."""
        return tuple(key[1:] for key in self.links.visitors("u" + user_id))

    def is_known(self, visitor_id: str, user_id: str) -> bool:
        """Whether the visitor or the account has a profile."""
        return "v" + visitor_id in self._rows or "u" + user_id in self._rows

    def _row(self, key: str, row_class: int) -> int:
        row = self._rows.find(key)
        if row < 0:
            self.shrink(places=1)
            done(self.reserving(1))
            row = self._rows.enter(key)
        self._recency.act(row)
        self.recent_ids.act(row, key)
        if row_class != ORDINARY:
            self._recency.raise_class(row, row_class)
        return row

    @property
    def by_row(self) -> tuple[ProfileRows, Recency, PastSums]:
        """What an act changes of its visitor beside history and session."""
        return self._rows, self._recency, self.past

    @property
    def free_places(self) -> int:
        """How many acts, of a visitor each, surely remove no profile, and need no more room."""
        return self._rows.free_places(self.profiles_max) - _PLACES + 1

    @property
    def is_full(self) -> bool:
        """Whether one event may remove profiles to have places for its own."""
        return len(self._rows) + _PLACES > self.profiles_max

    @property
    def lacks_room(self) -> bool:
        """Whether one event may need more profiles than there is room for."""
        return self._rows.used + _PLACES > self._rows.capacity

    def reserving(self, places: int = _PLACES) -> Generator[None, None, None]:
        """Make room for ``places`` more profiles, in steps.

        Between them it may be read. Most often there is room.
        """
        rows = self._rows.used + places
        if rows > self._rows.capacity:
            yield from self._rows.reserving(rows)
            yield from self._reserving(self._rows.capacity)

    def _reserving(self, rows: int) -> Generator[None, None, None]:
        for name in self._row_arrays:
            setattr(self, name, (yield from growing(getattr(self, name), rows)))
        yield from self.histories.reserving(rows)
        yield from self.past.reserving(rows)
        yield from self._recency.reserving(rows)

    def shrink(self, places: int = 0) -> None:
        """Remove profiles until there is room for ``places`` more within ``profiles_max``."""
        while self._rows and len(self._rows) + places > self.profiles_max:
            self._evict()

    def _evict(self) -> None:
        for row in self._recency.inactive(self.profiles_max).tolist():
            if row in self._linked:  # not an account's: its visitors keep their link to it
                self.links.forget(self._linked[row])
            self._free(row)

    def _free(self, row: int) -> None:
        self._rows.leave(row)
        self._linked.pop(row, None)
        self._recency.clear(row)
        self.recent_ids.forget(row)
        self.histories.clear(row)
        self.past.clear(row)
        for name in self._row_arrays:
            getattr(self, name)[row] = 0

    def forget(self, profile: str) -> None:
        """Forget a profile and its link; for an account, every visitor's link to it."""
        for visitor in self.links.visitors(profile):
            self._linked.pop(self._rows.find(visitor), None)
        self.links.forget(profile)
        row = self._rows.find(profile)
        if row >= 0:
            self._free(row)

    def enter(self, row: int, seconds: float, session_id: str) -> bool:
        """Note an act of ``row``; return whether it begins a session.

        An act that is older than the latest changes nothing of the present session.
        """
        key = session_key(session_id)
        sessions = self.sessions
        return bool(enter_session(sessions.table, sessions.acts, row, seconds, key, sessions.gap_s))

    @property
    def sessions(self) -> Sessions:
        """All histories and sessions, as kernels take them."""
        acts = (self._last_s, self._session_start_s, self._session_keys)
        return Sessions(self.histories.table, acts, self.session_gap_s)

    def rows_of(self, visitor_id: str, user_id: str) -> tuple[int, int]:
        """Return the rows of the profiles that count together for a caller, -1 where none is."""
        first, second = map(self._rows.find, self.profiles_of(visitor_id, user_id))
        return first, second

    def history(
        self,
        visitor_id: str,
        user_id: str,
        session_id: str,
        now_s: float,
        *,
        of_past: bool = False,
    ) -> History:
        """Return the history of a visitor and the account at ``now_s``; empty if unknown.

        ``of_past``: without what they did after ``now_s``, as an event that comes late needs it.
        """
        reading = self.reading(self.profiles_of(visitor_id, user_id), session_id, now_s)
        return History(*read_history(*reading, of_past))

    def reading(
        self, profiles: tuple[str, str], session_id: str, now_s: float
    ) -> tuple[Any, Any, tuple[int, int], float, int, float]:
        """Return what the kernels of `reading` need to read both profiles together."""
        table, acts, gap_s = self.sessions
        rows = self._rows.find(profiles[0]), self._rows.find(profiles[1])
        return table, acts, rows, now_s, session_key(session_id), gap_s

    def latest(self, rows: tuple[int, int], now_s: float) -> int:
        """Return the latest item at ``now_s`` of a visitor and the account, -1 if none."""
        table, acts, gap_s = self.sessions
        items = read_history(table, acts, rows, now_s, 0, gap_s, True)[0]
        return int(items[0]) if len(items) else -1

    def last_act(self, row: int) -> tuple[int, float, int]:
        """Return the number of a row's last act, its own time in seconds, and how many items."""
        items = int(self.histories.table[1][row])
        return self._recency.last(row), float(self._last_s[row]), items

    def timeline(self, visitor_id: str, user_id: str) -> list[tuple[int, float, int]]:
        """Return (item, seconds, interactions) of a visitor and an account as one, newest first."""
        rows = [self._rows.find(key) for key in ("v" + visitor_id, "u" + user_id)]
        items, times, interactions = self.histories.merged(*rows)
        return list(zip(items.tolist(), times.tolist(), interactions.tolist(), strict=True))

    def set_back(self, now_s: float) -> None:
        """Count acts that were noted after ``now_s`` as of then."""
        for times in (self._last_s, self._session_start_s, self.histories.times):
            np.minimum(times, now_s, out=times)

    def state(self) -> dict[str, Any]:
        """Return profiles by row, and the state of each."""
        used = self._rows.used
        return {
            "profiles": self._rows.state(),
            "recency": self._recency.state(),
            "ids": self.recent_ids.state(),
            "links": self.links.state(),
            "histories": self.histories.state(used),
            "past": self.past.state(used),
            **{name: getattr(self, name)[:used] for name in self._row_arrays},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._rows.load(state["profiles"])
        self._recency.load(state["recency"])
        self.recent_ids.load((self._rows.find(key), key) for key in state["ids"])
        self.links.load(state["links"])
        self._linked = {self._rows.find(visitor): visitor for visitor in self.links.known()}
        self.histories.load(state["histories"])
        self.past.load(state["past"])
        for name in self._row_arrays:
            setattr(self, name, state[name])
        for _ in self._reserving(self._rows.capacity):
            pass

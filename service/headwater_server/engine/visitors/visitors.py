"""Visitors and accounts: their histories, sessions, and the link from one to the other.

The key of a profile is ``v<visitor_id>`` or ``u<user_id>``. Acts of a logged-in visitor belong to
the account, all others to the visitor. A visitor's anonymous part counts together with the latest
linked account, and with no other: shared devices do not join two people.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.recency import Recency
from headwater_server.engine.snapshot.state import ScalarList
from headwater_server.engine.visitors.histories import Histories
from headwater_server.models.base import CAPACITY_START, grown


@dataclass(frozen=True, slots=True)
class History:
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


def _session_key(session_id: str) -> int:
    if not session_id:
        return 0
    digest = hashlib.blake2b(session_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


class Visitors:
    """Profiles by row, at most ``profiles_max``; the longest inactive are removed first."""

    _row_arrays = ("_last_s", "_session_start_s", "_session_keys")

    def __init__(self, profiles_max: int, session_gap_s: float) -> None:
        self.profiles_max = profiles_max
        self.session_gap_s = session_gap_s
        self.histories = Histories()
        self._rows: dict[str, int] = {}
        self._keys: list[str] = []
        self._recency = Recency()
        self._links: dict[str, str] = {}
        self._linked: dict[str, dict[str, None]] = {}
        self._spare: list[int] = []
        self._last_s = np.zeros(CAPACITY_START)
        self._session_start_s = np.zeros(CAPACITY_START)
        self._session_keys = np.zeros(CAPACITY_START, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._rows)

    def acting(self, visitor_id: str, user_id: str) -> str:
        """Return the key of the profile that an event of this caller belongs to."""
        return "u" + user_id if user_id else "v" + visitor_id

    def profiles_of(self, visitor_id: str, user_id: str) -> tuple[str, ...]:
        """Return the keys of the profiles that count together for a caller."""
        account = "u" + user_id if user_id else self._links.get("v" + visitor_id, "")
        return ("v" + visitor_id, account)

    def open(self, visitor_id: str, user_id: str) -> int:
        """Return the row of the acting profile, a new one if needed; link visitor and user."""
        if user_id:
            self._row("v" + visitor_id)
            self._link("v" + visitor_id, "u" + user_id)
        return self._row(self.acting(visitor_id, user_id))

    def _link(self, visitor: str, account: str) -> None:
        if self._links.get(visitor) != account:
            self._unlink(visitor)
            self._links[visitor] = account
            self._linked.setdefault(account, {})[visitor] = None

    def _unlink(self, visitor: str) -> None:
        account = self._links.pop(visitor, "")
        visitors = self._linked.get(account, {})
        visitors.pop(visitor, None)
        if account and not visitors:
            del self._linked[account]

    def account_of(self, visitor_id: str) -> str:
        """Return the id of the account that a visitor is linked to, "" if to none."""
        return self._links.get("v" + visitor_id, "")[1:]

    def visitors_of(self, user_id: str) -> tuple[str, ...]:
        """Return the ids of the visitors that are linked to an account."""
        return tuple(sorted(key[1:] for key in self._linked.get("u" + user_id, ())))

    def is_known(self, visitor_id: str, user_id: str) -> bool:
        """Whether the visitor or the account has a profile."""
        return "v" + visitor_id in self._rows or "u" + user_id in self._rows

    def _row(self, key: str) -> int:
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= self.profiles_max:
                self._evict()
            row = self._new_row(key)
            self._rows[key] = row
        self._recency.act(row)
        return row

    def _new_row(self, key: str) -> int:
        if self._spare:
            row = self._spare.pop()
            self._keys[row] = key
            return row
        row = len(self._keys)
        self._keys.append(key)
        if row >= len(self._last_s):
            for name in self._row_arrays:
                setattr(self, name, grown(getattr(self, name), 2 * row))
            self.histories.reserve(2 * row)
        return row

    def _evict(self) -> None:
        for row in self._recency.inactive(self.profiles_max).tolist():
            self._unlink(self._keys[row])
            self._free(row)

    def shrink(self) -> None:
        """Remove the longest inactive profiles beyond ``profiles_max``."""
        surplus = len(self._rows) - self.profiles_max
        if surplus > 0:
            for row in self._recency.oldest(surplus).tolist():
                self._unlink(self._keys[row])
                self._free(row)

    def _free(self, row: int) -> None:
        del self._rows[self._keys[row]]
        self._recency.clear(row)
        self.histories.clear(row)
        for name in self._row_arrays:
            getattr(self, name)[row] = 0
        self._keys[row] = ""
        self._spare.append(row)

    def forget(self, profile: str) -> None:
        """Forget a profile and its link; for an account, every visitor's link to it."""
        for visitor in [profile, *self._linked.get(profile, ())]:
            self._unlink(visitor)
        if profile in self._rows:
            self._free(self._rows[profile])

    def enter(self, row: int, seconds: float, session_id: str) -> bool:
        """Note an act of ``row``; return whether it begins a session."""
        key = _session_key(session_id)
        begins = not self._goes_on(row, seconds, key)
        if begins:
            self._session_start_s[row] = seconds
        self._session_keys[row] = key
        self._last_s[row] = max(seconds, self._last_s[row])
        return begins

    def _goes_on(self, row: int, seconds: float, session_key: int) -> bool:
        known = self._session_keys[row]
        if session_key and known and session_key != known:
            return False
        if self._last_s[row] == 0 and self.histories.size[row] == 0:
            return False
        return bool(seconds - self._last_s[row] <= self.session_gap_s)

    def history(self, visitor_id: str, user_id: str, session_id: str, now_s: float) -> History:
        """Return the history of a visitor and the account at ``now_s``; empty if unknown."""
        profiles = self.profiles_of(visitor_id, user_id)
        rows = [row for key in profiles if (row := self._rows.get(key, -1)) >= 0]
        first, second = (rows[0] if rows else -1), (rows[1] if len(rows) > 1 else -1)
        session_key = _session_key(session_id)
        going_on = [row for row in rows if self._goes_on(row, now_s, session_key)]
        since_s = min((self._session_start_s[row] for row in going_on), default=math.inf)
        last_s = max((self._last_s[row] for row in rows), default=now_s)
        items, ages_s, interactions, in_session, refused = self.histories.seen(
            first, second, now_s, since_s
        )
        length, gap_s = int(np.count_nonzero(in_session)), float(now_s - last_s)
        return History(items, ages_s, interactions, in_session, refused, length, gap_s)

    def timeline(self, visitor_id: str, user_id: str) -> list[tuple[int, float, int]]:
        """Return (item, seconds, interactions) of a visitor and an account as one, newest first."""
        rows = [self._rows.get(key, -1) for key in ("v" + visitor_id, "u" + user_id)]
        items, times, interactions = self.histories.merged(*rows)
        return list(zip(items.tolist(), times.tolist(), interactions.tolist(), strict=True))

    def state(self) -> dict[str, Any]:
        """Return profiles by row, and the state of each."""
        return {
            "keys": ScalarList(self._keys),
            "spare": ScalarList(self._spare),
            "recency": self._recency.state(),
            "linked": ScalarList(self._links),
            "links": ScalarList(self._links.values()),
            "histories": self.histories.state(),
            **{name: getattr(self, name) for name in self._row_arrays},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._keys, self._spare = list(state["keys"]), list(state["spare"])
        self._recency.load(state["recency"])
        self._rows = {key: row for row, key in enumerate(self._keys) if key}
        self._links, self._linked = {}, {}
        for visitor, account in zip(state["linked"], state["links"], strict=True):
            self._link(visitor, account)
        self.histories.load(state["histories"])
        for name in self._row_arrays:
            setattr(self, name, state[name])

"""VMIS-kNN: the neighbouring sessions of the visitor's latest items, through an index.

Paper: Kersbergen, Sprangers, Schelter. Serenade: Low-Latency Session-Based Recommendation in
e-Commerce at Scale. SIGMOD 2022. Here the index learns at every event, where the paper's is built
each day.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from itertools import chain

import numpy as np

from headwater_server.evaluation.baselines.numbering import Array, Numbering, best, grown
from headwater_server.evaluation.baselines.popularity import FILLED, Popular
from headwater_server.evaluation.baselines.recommender import Recommender

SESSION_GAP_S = 1800.0
MATCHED_LOSS = 0.1  # of the match weight, for each place that the newest shared item is back


class VmisKnn(Recommender):
    """Session s votes through the k most similar of the m most recent sessions that share an item.

    s: the visitor's latest distinct items, pos(i) = 1 for the newest. M_i: the ``m`` sessions that
    interacted with item i last. Of the sessions in the M_i of i in s, the ``m`` most recent count:

        similarity  r_n = sum over i in s and n of pi(i),    pi(i) = (|s| + 1 - pos(i)) / |s|
        score       d_j = sum over n in N_s of [j in n] lambda(n) r_n log(|H| / h_j)

    N_s: the ``k`` sessions of the largest r_n (of equals the more recent); lambda(n) = 1 - 0.1
    pos(newest item of s in n); |H|: sessions so far; h_j: those that hold j. A session ends after
    30 minutes without an event. In the paper the visitor's own session is no neighbour, for the
    index is of past ones. With ``asks_itself`` it is, as it can be where the index learns at every
    event: it votes for what the visitor saw before, which is much where people go back and forth.

    >>> peer = VmisKnn(m=10, k=5)
    >>> for visitor, items in (("u", "abc"), ("w", "xyz"), ("v", "a")):
    ...     for item in items:
    ...         peer.learn(visitor, item, 1.0, None, 0.0)
    >>> [item for item, _ in peer.recommend("v", 0.0, {"a"}, 2)]
    ['b', 'c']
    """

    def __init__(
        self, m: int = 500, k: int = 100, items_asked: int = 9, *, asks_itself: bool = False
    ) -> None:
        self.name = "VMIS-kNN that asks itself, too" if asks_itself else "VMIS-kNN"
        self.settings = (
            f"m={m:,}, k={k}, the visitor's latest {items_asked} items, linear decay of position, "
            f"idf; updated at every event; {FILLED}"
            + ("; the visitor's session is a neighbour of itself" if asks_itself else "")
        )
        self.strengthened = asks_itself
        self._m, self._k, self._items_asked = m, k, items_asked
        self._asks_itself = asks_itself
        self._items = Numbering()
        self._popular = Popular()
        self._latest: dict[str, list[int]] = {}  # visitor -> items, newest last
        self._session_of: dict[str, int] = {}
        self._sessions: list[dict[int, None]] = []  # their distinct items
        self._ended_s: list[float] = []
        self._last_event = np.zeros(1024, np.int64)  # of each session: its number in the stream
        self._recent: list[_Recent] = []  # of each item
        self._holding = np.zeros(1024)  # of each item: the sessions that hold it
        self._similarity = np.zeros(1024)  # scratch, all 0 between questions
        self._match = np.zeros(1024)
        self._events = 0

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Put a rewarded event into the visitor's session and into the index."""
        del value
        self._popular.learn(item_id, reward)
        if reward <= 0:
            return
        item = self._items.number(item_id)
        if item == len(self._recent):
            self._recent.append(_Recent(self._m))
            self._holding = grown(self._holding, len(self._recent))
        latest = self._latest.setdefault(visitor_id, [])
        if item in latest:
            latest.remove(item)
        latest.append(item)
        del latest[: -self._items_asked]
        session = self._session(visitor_id, time_s)
        self._events += 1
        self._last_event[session] = self._events
        if item not in self._sessions[session]:
            self._sessions[session][item] = None
            self._recent[item].append(session)
            self._holding[item] += 1

    def _session(self, visitor_id: str, time_s: float) -> int:
        session = self._session_of.get(visitor_id)
        if session is None or time_s - self._ended_s[session] > SESSION_GAP_S:
            session = self._session_of[visitor_id] = len(self._sessions)
            self._sessions.append({})
            self._ended_s.append(time_s)
            self._last_event = grown(self._last_event, len(self._sessions))
            self._similarity = grown(self._similarity, len(self._sessions))
            self._match = grown(self._match, len(self._sessions))
        self._ended_s[session] = time_s
        return session

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the items that the neighbouring sessions vote for."""
        del now_s
        latest = self._latest.get(visitor_id)
        ranked: list[tuple[str, float]] = []
        if latest:
            scores = self._scores(latest, self._session_of[visitor_id])
            numbers = best(scores, self._items.known(left_out), n)
            ranked = [(self._items.ids[j], float(scores[j])) for j in numbers]
        return self._popular.fill(ranked, left_out, n)

    def _scores(self, latest: list[int], own_session: int) -> Array:
        """Return d_j of every item, minus infinity where no neighbour holds it."""
        neighbours, similarity, match = self._neighbours(latest, own_session)
        held = [self._sessions[session] for session in neighbours.tolist()]
        items = np.fromiter(chain.from_iterable(held), np.int64)
        votes = np.repeat(match * similarity, [len(session) for session in held])
        summed = np.bincount(items, votes, len(self._items)).astype(float)  # of nothing: integers
        idf = np.log(len(self._sessions) / np.maximum(self._holding[: len(summed)], 1.0))
        return np.where(summed > 0.0, summed * idf, -np.inf)

    def _neighbours(self, latest: list[int], own_session: int) -> tuple[Array, Array, Array]:
        """Return N_s with r_n and lambda(n)."""
        similarity, match, pieces = self._similarity, self._match, []
        for place, item in enumerate(latest, start=1):  # the oldest first: the newest match stays
            sessions = self._recent[item].view()
            pieces.append(sessions[similarity[sessions] == 0.0])
            similarity[sessions] += place / len(latest)
            match[sessions] = 1.0 - MATCHED_LOSS * (len(latest) + 1 - place)
        shared = np.concatenate(pieces)
        found = shared if self._asks_itself else shared[shared != own_session]
        if len(found) > self._m:
            found = found[np.argpartition(-self._last_event[found], self._m)[: self._m]]
        order = np.lexsort((-self._last_event[found], -similarity[found]))
        chosen = found[order[: self._k]]
        answer = chosen, similarity[chosen], match[chosen]
        similarity[shared] = 0.0
        return answer


class _Recent:
    """The ``m`` sessions that interacted with an item last, oldest first."""

    def __init__(self, m: int) -> None:
        self._m = m
        self._sessions = np.zeros(4, np.int64)
        self._count = 0

    def append(self, session: int) -> None:
        if self._count == 2 * self._m:  # move down once in m times
            self._sessions[: self._m] = self._sessions[self._m : self._count].copy()
            self._count = self._m
        self._sessions = grown(self._sessions, self._count + 1)
        self._sessions[self._count] = session
        self._count += 1

    def view(self) -> Array:
        return self._sessions[max(0, self._count - self._m) : self._count]

"""From an act to earlier impressions: open windows, and how they close."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import Deferred

OPEN_MAX = 50_000
OPEN_OF_PROFILE_MAX = 200
"""Open impressions of one visitor; with more of them the oldest closes before its window is over.
No page shows as many lists in half an hour, and an act costs by the impressions that it is for."""
_AT_ONCE_MS = 0
STEP = 500  # open impressions read in one step
_PARTS = "parts"  # a column of its own, only where a slot had a part of an act
Slots = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Impression:
    """The seen slots of one slate, with the ranker's inputs at that time.

    ``features`` float16[n, features], ``context`` float32, ``scores`` and ``positions``
    float32[n], ``shares`` float32[n] the logarithms of the scores' softmax in the whole slate;
    ``circumstances`` int32 as `probability.buckets` numbers them; ``rewards`` float32[n] is the
    best reward of an act on each slot so far. ``is_named``: a backend named the placement, and not
    only a page. ``parts`` float32[n]: how much of an act each slot had, 0 to 1; None: a whole one
    where there is a reward.
    """

    profile: str
    recommendation_id: str
    placement: str
    is_named: bool
    policy: str
    closes_ms: int
    history_length: int
    items: NDArray[np.int32]
    positions: NDArray[np.float32]
    scores: NDArray[np.float32]
    shares: NDArray[np.float32]
    features: NDArray[np.float16]
    context: NDArray[np.float32]
    circumstances: NDArray[np.int32]
    rewards: NDArray[np.float32]
    parts: NDArray[np.float32] | None = None

    @property
    def acts(self) -> NDArray[np.float32]:
        """float32[n]: how much of an act each slot had."""
        return (self.rewards > 0).astype(np.float32) if self.parts is None else self.parts

    def acted(self, items: Sequence[int], reward: float, weight: float) -> Impression:
        """Return it after an act on ``items``: a new object, as a snapshot may read this one."""
        shown = np.isin(self.items, items)
        rewards, acts = self.rewards.copy(), self.acts
        rewards[shown] = np.maximum(rewards[shown], reward)
        parts = np.where(shown, np.maximum(acts, np.float32(weight)), acts)
        # one form for equal impressions, also after a restart
        is_whole = np.array_equal(parts, rewards > 0)
        return replace(self, rewards=rewards, parts=None if is_whole else parts)


_FIELDS = tuple(name for name in Impression.__dataclass_fields__ if name != _PARTS)
_ARRAY_FIELDS = _FIELDS[_FIELDS.index("items") :]
_SCALAR_FIELDS = _FIELDS[: _FIELDS.index("items")]


class Attribution:
    """Open impressions in order of their closing, with an index by profile and item.

    An act counts for every open impression of its visitor that showed the item, whether or not
    it names the recommendation: this is the definition of ``probability``.
    """

    def __init__(self, window_ms: int) -> None:
        self.window_ms = window_ms
        self._open: OrderedDict[int, Impression] = OrderedDict()
        self._of_profile: dict[str, dict[int, list[int]]] = {}  # item -> impressions, oldest first
        self._numbers: dict[str, list[int]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._open)

    def is_reported(self, profile: str, recommendation_id: str, item: int) -> bool:
        """Whether this slot of this slate was reported before, in a window that is open."""
        numbers = self._of_profile.get(profile, {}).get(item, ())
        return any(self._open[n].recommendation_id == recommendation_id for n in numbers)

    def times_open(self, profile: str, recommendation_id: str) -> int:
        """Return how many reports of a list have an open window."""
        numbers = self._numbers.get(profile, ())
        return sum(self._open[n].recommendation_id == recommendation_id for n in numbers)

    def is_open(self, profile: str) -> bool:
        """Whether the visitor has an open impression."""
        return profile in self._of_profile

    def last_seen(self, profile: str, item: int, recommendation_id: str = "") -> Impression | None:
        """Return the last open impression that showed the item, of that list if one is named."""
        for number in reversed(self._of_profile.get(profile, {}).get(item, ())):
            found = self._open[number]
            if recommendation_id in ("", found.recommendation_id):
                return found
        return None

    def adopt(self, window_ms: int, now_ms: int) -> None:
        """Use a new window; open impressions close within it, which keeps the order of closing."""
        self.window_ms, latest_ms = window_ms, now_ms + window_ms
        for number, impression in self._open.items():
            if impression.closes_ms > latest_ms:
                self._open[number] = replace(impression, closes_ms=latest_ms)

    def refit(self, places: NDArray[np.int64]) -> None:
        """Go on with other columns: ``places`` has that of each among the present ones, or -1."""
        known = places >= 0
        for number, impression in self._open.items():
            rows = np.zeros((len(impression.items), len(places)), dtype=np.float16)
            rows[:, known] = impression.features[:, places[known]]
            self._open[number] = replace(impression, features=rows)

    def open(self, impression: Impression) -> None:
        """Begin the window of a reported impression."""
        self._open[self._next] = impression
        numbers = self._numbers.setdefault(impression.profile, [])
        numbers.append(self._next)
        by_item = self._of_profile.setdefault(impression.profile, {})
        for item in set(impression.items.tolist()):
            by_item.setdefault(item, []).append(self._next)
        self._next += 1
        if len(numbers) > OPEN_OF_PROFILE_MAX:
            self._close_early(numbers[0])

    def _close_early(self, number: int) -> None:
        """Let an impression be the next that closes."""
        self._open[number] = replace(self._open[number], closes_ms=_AT_ONCE_MS)
        self._open.move_to_end(number, last=False)

    def act(self, profile: str, items: Sequence[int], reward: float, weight: float = 1.0) -> None:
        """Note an act of the visitor on ``items`` in every open impression that showed one.

        ``weight`` is how much of an act it is, 0 to 1. Of several acts the best one counts.
        """
        by_item = self._of_profile.get(profile)
        if not by_item:
            return
        for number in {number for item in items for number in by_item.get(item, ())}:
            self._open[number] = self._open[number].acted(items, reward, weight)

    @property
    def is_empty(self) -> bool:
        """Whether no impression is open."""
        return not self._open

    def closes_any(self, now_ms: int) -> bool:
        """Whether there is an impression for `close_one`."""
        if not self._open:
            return False
        oldest = next(iter(self._open.values()))
        return oldest.closes_ms <= now_ms or len(self._open) > OPEN_MAX

    def close_one(self, now_ms: int) -> Impression | None:
        """Drop and return the oldest whose window is over, or, with too many, the oldest."""
        return self._drop(next(iter(self._open))) if self.closes_any(now_ms) else None

    def _drop(self, number: int) -> Impression:
        impression = self._open.pop(number)
        by_item = self._of_profile[impression.profile]
        for item in set(impression.items.tolist()):
            by_item[item].remove(number)
            if not by_item[item]:
                del by_item[item]
        self._numbers[impression.profile].remove(number)
        if not by_item:
            del self._of_profile[impression.profile], self._numbers[impression.profile]
        return impression

    def forget(self, profile: str) -> None:
        """Drop the open impressions of ``profile``: nothing is learned from them."""
        for number in [*self._numbers.get(profile, ())]:
            self._drop(number)

    def forgetting(self, items: NDArray[np.int32]) -> Iterator[list[Impression]]:
        """Drop open impressions with an item that is removed, in steps of about a millisecond.

        Yield those that a step has dropped.
        """
        numbers, seen = list(self._open), [one.items for one in self._open.values()]
        for start in range(0, len(seen) if len(items) else 0, STEP):
            part = seen[start : start + STEP]
            # one search in the slots of all: a search for each impression takes fifty times as long
            places = np.repeat(np.arange(len(part)), [len(one) for one in part])
            gone = np.unique(places[np.isin(np.concatenate(part), items)]).tolist()
            yield [self._drop(numbers[start + place]) for place in gone]

    def open_slots(self) -> Iterator[Slots]:
        """Yield the items of open impressions, slot by slot, and the reward of each so far.

        In steps of about a millisecond; impressions that close in between are still included.
        """
        rows = list(self._open.values())
        for start in range(0, len(rows), STEP):
            part = rows[start : start + STEP]
            yield np.concatenate([r.items for r in part]), np.concatenate([r.rewards for r in part])

    def state(self) -> Deferred:
        """Return the open impressions, oldest first, a column a field."""
        rows = list(self._open.values())
        return Deferred(lambda: _columns(rows))

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._open.clear()
        self._of_profile.clear()
        self._numbers.clear()
        ends = np.cumsum(state["slots"], dtype=np.int64)[:-1]
        count = len(state["slots"])
        columns: dict[str, Any] = {name: state[name] for name in _SCALAR_FIELDS}
        for name in _ARRAY_FIELDS:
            per_slot = name not in {"context", "circumstances"}
            columns[name] = np.split(state[name], ends if per_slot else max(1, count))
        parts = np.split(state[_PARTS], ends) if _PARTS in state else [None] * count
        for place in range(count):
            fields = {name: columns[name][place] for name in _FIELDS}
            part = parts[place]
            if part is not None and np.array_equal(part, fields["rewards"] > 0):
                part = None
            self.open(Impression(**fields, parts=part))


def _columns(rows: list[Impression]) -> dict[str, Any]:
    state: dict[str, Any] = {n: [getattr(row, n) for row in rows] for n in _SCALAR_FIELDS}
    state["slots"] = [len(row.items) for row in rows]
    for name in _ARRAY_FIELDS:
        columns = [getattr(row, name) for row in rows]
        state[name] = np.concatenate(columns) if columns else np.zeros(0)
    if any(row.parts is not None for row in rows):
        state[_PARTS] = np.concatenate([row.acts for row in rows])
    return state

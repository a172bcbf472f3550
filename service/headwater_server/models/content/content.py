"""Item content: rare shared words and categories, which also find items without interactions."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.base import CAPACITY_START, ItemModel, growing
from headwater_server.models.content import profile_similarity
from headwater_server.models.content.comparison import Comparison
from headwater_server.models.content.token_lists import KEPT_MAX, TokenLists
from headwater_server.models.logarithms import LOGS, log_of

SELECTED_AGAIN = 2  # items at each description; so all are, before there are twice as many
STEP_WORDS = 2_000  # that are removed in one step, about as long
TOKENS_MAX = 12
POSTINGS_MAX = 64
UNUSED_MAX = 256
"""Words without any item that are still kept; with more of them, all such words are removed."""


class Content(ItemModel):
    r"""Similarity of an item's words to those of the visitor's last items.

    A token is a field's name and a word (``title:lamp``, ``categories:garden``). With
    $\mathrm{idf}_\tau = \log\frac{N + 1}{n_\tau + 1} + 0.1$ over the $N$ items so far, a history
    has the profile $T_\tau = \sum_z \gamma^z\, \mathrm{idf}_\tau [\tau \in x_z]$, and

    $$s(y) = \sum_{\tau \in y} T_\tau\, \mathrm{idf}_\tau \Big/
             \sqrt{1 + \textstyle\sum_{\tau \in y} \mathrm{idf}_\tau^2}$$

    An item counts by its rarest ``TOKENS_MAX`` tokens. The first items come before it is known
    which tokens are rare; so with each item, those of two others are selected again, in turn.
    Words without any item are removed, many at a time, and their numbers are reused; the
    callbacks ``on_forgotten`` receive these numbers (int64[n]).

    References
    ----------
    G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988.

    Examples
    --------
    >>> model = Content()
    >>> model.describe(0, ["title:red", "title:lamp"])
    >>> model.describe(1, ["title:green", "title:lamp"])
    >>> model.describe(2, ["title:garden", "title:chair"])
    >>> bulb = np.array([0], dtype=np.int32)
    >>> model.predict(bulb, 1) > model.predict(bulb, 2) == 0.0
    True
    """

    _empty = -1  # no token
    _item_arrays = ("_tokens",)
    _state = ("_words", "_tokens", "_frequencies", "_postings", "_filled", "_items", "_turn")

    def __init__(self) -> None:
        super().__init__()
        self._words: dict[str, int] = {}
        self._named: list[str] = []  # by number; "" where it is free
        self._free: list[int] = []  # a heap: the lowest is used first
        self._unused = 0  # words without any item that are still kept
        self.on_forgotten: list[Callable[[NDArray[np.int64]], None]] = []
        self._lists = TokenLists()
        self._tokens = np.full((CAPACITY_START, TOKENS_MAX), -1, dtype=np.int32)
        self._frequencies = np.zeros(CAPACITY_START)
        self._logs = np.zeros(CAPACITY_START)  # of one more than the frequencies: no state
        self._postings = np.zeros((CAPACITY_START, POSTINGS_MAX), dtype=np.int32)
        self._filled = np.zeros(CAPACITY_START, dtype=np.int64)
        self._items, self._whole = 0, 0.0
        self._turn = np.zeros(2, dtype=np.int64)  # the next item to select again; items by number
        self._begin_scratch()

    def _begin_scratch(self) -> None:
        words = len(self._frequencies)
        self.scratch = (
            np.zeros((words, profile_similarity.COLUMNS)),
            np.zeros(words // 64 + 1, dtype=np.uint64),
            np.zeros(profile_similarity.MET_MAX, dtype=np.int32),
            np.zeros(1, dtype=np.int64),
            np.zeros(3),
        )

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        yield from super().reserving(rows)
        yield from self._lists.reserving(rows)

    def describe(self, item: int, tokens: Iterable[str]) -> None:
        """Set the tokens of ``item``, instead of those that it had."""
        for _ in self.describing(item, tokens):
            pass

    def describing(self, item: int, tokens: Iterable[str]) -> Generator[None, None, None]:
        """Do the same in steps: a large array grows in several."""
        wanted = [token for token in dict.fromkeys(tokens) if token]
        yield from self._reserving_words(len(self._named) + len(wanted))
        yield from self._lists.reserving_slots()
        self._undescribe(item)
        numbers = [self._number(token) for token in wanted][:KEPT_MAX]
        self._lists.put(item, numbers)
        self._unused -= int(np.count_nonzero(self._frequencies[numbers] == 0))
        self._count_items(numbers, 1)
        for token in numbers:
            self._postings[token, self._filled[token] % POSTINGS_MAX] = item
            self._filled[token] += 1
        self._count_described(self._items + 1)
        self._select_tokens(self._with_next(item))
        yield from self._forgetting_words()

    def _with_next(self, item: int) -> NDArray[np.int64]:
        """Return ``item`` and those whose turn it is; all have had theirs, it begins again."""
        start, items = int(self._turn[0]), max(int(self._turn[1]), item + 1)
        numbers = (start + np.arange(SELECTED_AGAIN)) % items
        self._turn[:] = (start + SELECTED_AGAIN) % items, items
        return np.append(numbers, item)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``."""
        for item in items:
            self._undescribe(int(item))
        for _ in self._forgetting_words():
            pass

    def _forgetting_words(self) -> Generator[None, None, None]:
        """Remove the words without any item, once they are many, in steps."""
        if self._unused <= max(UNUSED_MAX, len(self._words) // 8):
            return
        unused = np.flatnonzero(self._frequencies[: len(self._named)] == 0)
        gone = np.array([n for n in unused.tolist() if self._named[n]])
        for place, number in enumerate(gone.tolist(), start=1):
            del self._words[self._named[number]]
            self._named[number] = ""
            heappush(self._free, number)
            if place % STEP_WORDS == 0:
                yield
        self._unused = 0
        for callback in self.on_forgotten:
            callback(gone)

    def _undescribe(self, item: int) -> None:
        known = self._lists.of(item)
        if len(known) == 0:
            return
        self._count_items(known, -1)
        self._unused += int(np.count_nonzero(self._frequencies[known] == 0))
        for token in known:
            listed = self._postings[token, : min(self._filled[token], POSTINGS_MAX)]
            kept = listed[listed != item]
            self._postings[token, : len(kept)] = kept
            self._filled[token] = len(kept)
        self._count_described(self._items - 1)
        self._lists.put(item, [])
        self._tokens[item] = -1

    def _count_described(self, items: int) -> None:
        self._items, self._whole = items, float(log_of(items + 1, LOGS))

    def _count_items(self, tokens: Any, more: int) -> None:
        self._frequencies[tokens] += more
        changed = np.asarray(tokens, dtype=np.int64)
        profile_similarity.count_items(self._frequencies, changed, LOGS, self._logs)

    def _number(self, token: str) -> int:
        number = self._words.get(token)
        if number is not None:
            return number
        number = heappop(self._free) if self._free else len(self._named)
        self._named[number : number + 1] = [token]
        self._words[token] = number
        self._unused += 1
        return number

    def _reserving_words(self, words: int) -> Generator[None, None, None]:
        """Make room for so many words, in steps; it grows by doubling."""
        if words > self.room:
            names = ("_frequencies", "_logs", "_postings", "_filled")
            longer = {}
            for name in names:
                room = 1 << (words - 1).bit_length()
                longer[name] = yield from growing(getattr(self, name), room)
            self.__dict__.update(longer)
            self._begin_scratch()

    def _select_tokens(self, items: NDArray[Any]) -> None:
        """Select the rarest tokens of ``items``, ties by token number."""
        tokens = self._lists.padded(items)
        rarity = np.where(tokens >= 0, self._frequencies[tokens], np.inf)
        order = np.lexsort((tokens, rarity), axis=1)[:, :TOKENS_MAX]
        self._tokens[items] = np.take_along_axis(tokens, order, axis=1)

    @property
    def vocabulary(self) -> tuple[NDArray[np.int32], NDArray[np.float64], int]:
        """(each item's rarest tokens, number of items of each token, items described)."""
        return self._tokens, self._frequencies, self._items

    @property
    def room(self) -> int:
        """Number of words that the arrays have room for; it grows by doubling."""
        return len(self._frequencies)

    @property
    def tokens(self) -> NDArray[np.int32]:
        """int32[items, TOKENS_MAX]: the rarest tokens of each item, rarest first, then -1."""
        return self._tokens

    @property
    def listed(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """int32[tokens, POSTINGS_MAX] newest items of each token, int64[tokens] their number."""
        return self._postings, self._filled

    def is_described(self, item: int) -> bool:
        """Whether ``item`` has any tokens."""
        return bool(self._tokens[item, 0] >= 0)

    @property
    def counted(self) -> tuple[Any, Any, float]:
        """As kernels take it: see `profile_similarity`."""
        return self._tokens, self._logs, self._whole

    @property
    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The arrays among these."""
        return self._tokens, self._logs

    @property
    def whole(self) -> float:
        """The last of these: log(N + 1) of the N items that are described."""
        return self._whole

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Nothing: content is learned from the catalogue (`describe`), not from events."""

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the similarity of ``item`` to ``history``."""
        evidence = ev.Evidence()
        evidence.begin(len(self._tokens))
        chosen, flags = np.array([item], dtype=np.int32), np.ones(len(history), dtype=np.bool_)
        ev.add_rows(evidence.scratch, chosen, 0)
        profile_similarity.build_profile(self.counted, history, flags, self.scratch)
        cosines = np.empty((3, 1), dtype=np.float32)
        args = (chosen, self.scratch, evidence.scratch, cosines)
        profile_similarity.score_items(self.counted, *args)
        return float(evidence.values_of(chosen)[0, ev.CONTENT])

    def comparison(self, history: NDArray[np.int32]) -> Comparison:
        """Return what `most_similar` needs of the latest of ``history``, for many items."""
        latest = history[: profile_similarity.REACH]
        tokens = self._tokens[latest]
        idf = np.log((self._items + 1.0) / (self._frequencies[tokens] + 1.0)) + 0.1
        return Comparison(latest, tokens, idf, len(self._frequencies))

    def most_similar(self, compared: Comparison, item: int) -> tuple[int, list[str]]:
        """Return (place in the history of the item most similar, shared tokens, rarest first).

        ``item`` itself is skipped. (-1, []): nothing is shared.
        """
        own = self._tokens[item][self._tokens[item] >= 0]
        place, tokens = compared.most_similar(item, own)
        return place, [self._named[token] for token in tokens]

    def state(self) -> dict[str, Any]:
        """Return the whole state; the words in order of their numbers."""
        return {**super().state(), "_words": self._named, "_lists": self._lists.state()}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        super().load(state)
        self._lists.load(state["_lists"])
        self._count_described(self._items)
        self._logs = np.zeros(len(self._frequencies))
        self._count_items(np.flatnonzero(self._frequencies), 0)
        self._named = list(state["_words"])
        self._words = {word: number for number, word in enumerate(self._named) if word}
        self._free = [number for number, word in enumerate(self._named) if not word]
        kept = self._frequencies[: len(self._named)]
        self._unused = int(np.count_nonzero(kept == 0)) - len(self._free)
        self._begin_scratch()

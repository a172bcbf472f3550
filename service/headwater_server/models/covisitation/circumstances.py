"""Items chosen under the same circumstances: placement, device, weather, a user's segment."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.covisitation.neighbours import Neighbours, claim_slot, find_slot
from headwater_server.models.fading import FadingModel
from headwater_server.models.logarithms import ln
from headwater_server.models.splitmix import uniform

TOKENS_MAX = 32
"""Circumstances of one act that count; more of them add little and cost much."""

NO_ROWS = np.zeros(0, dtype=np.int32)
PAGES = "page:"
"""Before a circumstance that only pages name: what anyone can make up is counted apart."""


@njit(cache=True, _nrt=False)
def count_circumstances(counted, draws, tokens, item):
    """Add one interaction with ``item`` under each of ``tokens``, which are rows."""
    table, totals, weight, _ = counted
    row_max, seed, count = draws
    values = table[4]
    for place in range(len(tokens)):
        token = tokens[place]
        # also where the row has no place for the item: a share is one of all acts under the token
        totals[token] += weight
        draw = uniform(seed, count * TOKENS_MAX + place)
        slot = claim_slot(table, token, item, weight, row_max, draw)
        if slot >= 0:
            values[slot, 0] += weight


@njit(cache=True, _nrt=False)
def accumulate_circumstances(counted, tokens, interactions, scratch):
    """Write the evidence for all items that are chosen under ``tokens``, which are rows."""
    table, totals, weight, count = counted
    start, size, _, ids, values, _, _, _ = table
    out, rows, one, unit = scratch[0], scratch[4], np.float32(1.0), np.float32(1.0 / weight)
    for token in tokens:
        first, end = start[token], start[token] + size[token]
        ev.add_rows(scratch, ids[first:end], ev.FROM_CIRCUMSTANCES)
        # what is the same for the whole row is computed once, and in float32: a float64 factor
        # would convert every product of the inner loop
        expected = np.float32(count / (totals[token] / weight + 2.0))
        for i in range(np.uint64(end - first)):
            slot, row = np.uint64(first) + i, np.uint64(rows[i])
            item = np.uint64(ids[slot])
            often = values[slot, 0] * unit
            share = expected * often / (interactions[item] + np.float32(3.0))
            out[row, ev.CIRCUMSTANCES] += ln(one + share)
            out[row, ev.CIRCUMSTANCES_OFTEN] += often / np.float32(len(tokens))


def circumstance(name: str, value: str | float) -> str:
    """Return the text of a circumstance; a number is rounded to two digits.

    >>> circumstance("device", "mobile"), circumstance("hour", 14.0), circumstance("t", 21.37)
    ('device=mobile', 'hour=14', 't=21')
    """
    return f"{name}={value}" if isinstance(value, str) else f"{name}={value:.2g}"


class Circumstances(FadingModel):
    r"""Counts which items are chosen under which circumstances; old interactions fade.

    A circumstance is a text such as ``placement=home`` or ``device=mobile``. With $C_{\tau y}$
    the interactions with item $y$ under $\tau$, the evidence for $y$ is the lift
    $\sum_\tau \log(1 + k\, C_{\tau y} / ((C_\tau + 2)(n_y + 3)))$, $n$ the interactions
    with an item, $k$ all of them. It is the main evidence for a visitor without a history.

    Parameters
    ----------
    row_max
        Items kept for a circumstance; a power of two times 8.
    tokens_max
        Circumstances kept; those not seen for the longest time are removed first.
    page_tokens_max
        Circumstances kept beside them that only pages name; those chosen under least are removed
        first. An act adds one of them at most once the table is full.
    half_life
        Events after which an interaction counts half.
    seed
        Seed of the draws that decide which neighbour of a full row is replaced.

    References
    ----------
    G. Adomavicius, A. Tuzhilin, "Context-aware recommender systems", 2011 (contextual
    pre-filtering, here blended by the ranker).

    Examples
    --------
    >>> model = Circumstances()
    >>> for _ in range(5):
    ...     model.learn_one("ann", "umbrella", x={"weather": "rain"})
    ...     model.learn_one("bob", "sunscreen", x={"weather": "sun"})
    >>> rain = {"weather": "rain"}
    >>> model.predict_one("eve", "umbrella", rain) > model.predict_one("eve", "sunscreen", rain)
    True
    """

    def __init__(
        self,
        row_max: int = 256,
        tokens_max: int = 10_000,
        page_tokens_max: int = 1_000,
        half_life: float = 20_000.0,
        seed: int = 4,
    ) -> None:
        super().__init__()
        self.row_max = row_max
        self.tokens_max = tokens_max
        self.page_tokens_max = page_tokens_max
        self.half_life = half_life
        self.seed = seed
        self._pairs = Neighbours(columns=1)
        self._pairs_slots = 2 * TOKENS_MAX * self.row_max
        rows = tokens_max + page_tokens_max
        self._totals = np.zeros(rows, dtype=np.float32)
        self._tokens: OrderedDict[str, int] = OrderedDict()
        self._page_tokens: dict[str, int] = {}
        self._page_names: list[str] = []
        self._pairs.reserve(rows)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Nothing: rows are circumstances, not items."""
        yield from ()

    def forget(self, items: NDArray[np.int32]) -> None:
        """Take ``items`` out of all rows."""
        for _ in self.forgetting(items):
            pass

    def forgetting(self, items: NDArray[np.int32]) -> Generator[None, None, None]:
        """Do the same in steps."""
        if len(items):
            yield from self._pairs.forgetting_neighbours(items)

    def rows(self, tokens: tuple[str, ...]) -> NDArray[np.int32]:
        """Return the rows of the known tokens; a pure read."""
        if not tokens:
            return NO_ROWS
        known = (self._row(token) for token in tokens)
        return np.array([n for n in known if n >= 0][:TOKENS_MAX], dtype=np.int32)

    @property
    def counted(self) -> tuple[tuple[Any, ...], NDArray[np.float32], float, int]:
        """As kernels take it: (pairs, totals of each row, what one act adds now, events)."""
        return self._pairs.table, self._totals, self._weight, self._count

    @property
    def arrays(self) -> tuple[tuple[Any, ...], NDArray[np.float32]]:
        """The arrays among these."""
        return self._pairs.table, self._totals

    def _row(self, token: str) -> int:
        tokens = self._page_tokens if token.startswith(PAGES) else self._tokens
        return tokens.get(token, -1)

    def is_known(self, token: str) -> bool:
        """Whether any act was learned under the circumstance."""
        return self._row(token) >= 0

    def _enter(self, token: str) -> None:
        if token.startswith(PAGES):
            self._enter_of_page(token)
        elif token in self._tokens:
            self._tokens.move_to_end(token)
        else:
            number = len(self._tokens)
            if number >= self.tokens_max:
                _, number = self._tokens.popitem(last=False)
                self._clear(number)
            self._tokens[token] = number

    def _enter_of_page(self, token: str) -> None:
        """Enter a circumstance of pages; if there is no place, for the one chosen under least."""
        if token in self._page_tokens:
            return
        place = len(self._page_names)
        if place < self.page_tokens_max:
            self._page_names.append(token)
        else:
            place = int(self._totals[self.tokens_max :].argmin())
            self._clear(self.tokens_max + place)
            del self._page_tokens[self._page_names[place]]
            self._page_names[place] = token
        self._page_tokens[token] = self.tokens_max + place

    def _clear(self, row: int) -> None:
        self._pairs.clear(row)
        self._totals[row] = 0

    def learn(
        self,
        history: NDArray[np.int32],
        item: int,
        tokens: tuple[str, ...] = (),
        **context: Any,
    ) -> None:
        """Learn that ``item`` was chosen under ``tokens``."""
        rows = self.make_room(tokens)
        count_circumstances(self.counted, self.draws, rows, item)
        self.advance()

    def removes_any(self, tokens: tuple[str, ...]) -> bool:
        """Whether one of ``tokens`` would take the place of another circumstance."""
        places = self.tokens_max - len(self._tokens), self.page_tokens_max - len(self._page_names)
        wanted = [token for token in tokens[:TOKENS_MAX] if not self.is_known(token)]
        of_pages = sum(token.startswith(PAGES) for token in wanted)
        return len(wanted) - of_pages > places[0] or of_pages > places[1]

    def make_room(self, tokens: tuple[str, ...]) -> NDArray[np.int32]:
        """Enter ``tokens``, and make room for one act under them; return their rows."""
        for token in tokens[:TOKENS_MAX]:
            self._enter(token)
        self._make_room_for_pairs()
        return self.rows(tokens[:TOKENS_MAX])

    def advance(self, steps: int = 1) -> None:
        """Count the acts that `count_circumstances` has added."""
        self._step(self._pairs.values, self._totals, steps=steps)

    def lifts(self, tokens: tuple[str, ...], item: int, interactions: float) -> dict[str, float]:
        """Return for each circumstance how much more often than by chance ``item`` is chosen."""
        lifts = {}
        for token in tokens[:TOKENS_MAX]:
            row = self._row(token)
            slot = find_slot(self._pairs.table, row, item) if row >= 0 else -1
            if slot >= 0:
                often, total = self._pairs.values[slot, 0], self._totals[row]
                share = float(often) / (float(total) + 2.0 * self._weight)
                lifts[token.removeprefix(PAGES)] = share * self._count / (interactions + 3.0)
        return lifts

    def learn_one(self, user: Any, item: Any, y: Any = True, x: Any = None) -> None:
        """River's API; ``x`` the circumstances by name."""
        if y > 0:
            number = self._numbers.setdefault(item, len(self._numbers))
            self.learn(np.zeros(0, dtype=np.int32), number, tokens=_texts(x or {}))

    def predict_one(self, user: Any, item: Any, x: Any = None) -> Any:
        """River's API: how often the item was chosen under ``x``, decayed."""
        number = self._numbers.get(item)
        if number is None:
            return 0.0
        slots = [find_slot(self._pairs.table, n, number) for n in self.rows(_texts(x or {}))]
        return sum(float(self._pairs.values[s, 0]) / self._weight for s in slots if s >= 0)

    def state(self) -> dict[str, Any]:
        """Return the whole state; circumstances in order of their last use."""
        return {
            "pairs": self._pairs.state(),
            "totals": self._totals,
            "tokens": list(self._tokens),
            "rows": np.fromiter(self._tokens.values(), dtype=np.int64, count=len(self._tokens)),
            "page_tokens": list(self._page_names),
            "count": self._count,
            "origin": self._origin,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._pairs.load(state["pairs"])
        self._totals = state["totals"]
        self._tokens = OrderedDict(zip(state["tokens"], state["rows"].tolist(), strict=True))
        self._page_names = list(state["page_tokens"])
        self._page_tokens = {t: self.tokens_max + n for n, t in enumerate(self._page_names)}
        self._count, self._origin = state["count"], state["origin"]


def _texts(x: dict[str, Any]) -> tuple[str, ...]:
    return tuple(circumstance(name, x[name]) for name in sorted(x))

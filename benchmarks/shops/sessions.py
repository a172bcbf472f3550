"""Sessions drawn a block at a time, in the order of time and without end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.shops import shape

SESSIONS = 2_000  # of a block

Ints = NDArray[np.int64]


class Columns(NamedTuple):
    """Events by column: seconds, numbers of visitor and item, place in `shape.EVENT_TYPES`."""

    times_s: Ints
    visitors: Ints
    items: Ints
    kinds: Ints

    def at(self, rows: Any) -> Columns:
        """Return some of the rows."""
        return Columns(*(column[rows] for column in self))


def sessions(items: int, visitors: int, categories: int, seed: int) -> Iterator[Columns]:
    """Yield events without end; what is later than the next block's start waits for it."""
    waiting, start_s, number = Columns(*(np.zeros(0, dtype=np.int64) for _ in range(4))), 0, 0
    block_s = max(1, round(SESSIONS * shape.VISIT_EVERY_S / visitors))
    while True:
        rng = np.random.default_rng((seed, 2, number))
        drawn = _block(rng, (start_s, block_s), items, visitors, categories)
        start_s, number = start_s + block_s, number + 1
        both = Columns(*(np.concatenate(pair) for pair in zip(waiting, drawn, strict=True)))
        both = both.at(np.argsort(both.times_s, kind="stable"))
        ready = int(np.searchsorted(both.times_s, start_s))
        waiting = both.at(slice(ready, None))
        yield both.at(slice(ready))


def _block(
    rng: np.random.Generator, when_s: tuple[int, int], items: int, visitors: int, categories: int
) -> Columns:
    """Draw the sessions that begin in this time (start, length), one after the other."""
    log_lengths = rng.normal(shape.LENGTH_LOG_MEAN, shape.LENGTH_LOG_SD, SESSIONS)
    lengths = 1 + np.ceil(np.exp(log_lengths)).astype(np.int64)
    lengths = np.minimum(lengths, shape.LENGTH_MAX)
    size = (SESSIONS, int(lengths.max()))
    gaps_s = np.exp(rng.normal(shape.GAP_LOG_MEAN, shape.GAP_LOG_SD, size))
    gaps_s = 1.0 + np.minimum(gaps_s, shape.GAP_MAX_S)
    gaps_s[:, 0] = rng.random(SESSIONS) * when_s[1]
    times_s = when_s[0] + np.cumsum(gaps_s, axis=1).astype(np.int64)
    who = shape.VISITORS.ranks(rng.random(SESSIONS), visitors)
    chosen = _chosen(rng, size, items, categories)
    shares = np.cumsum([share for _, share in shape.EVENT_TYPES])[:-1]
    kinds = np.searchsorted(shares, rng.random(size))
    happens = np.arange(size[1])[None, :] < lengths[:, None]
    who = np.broadcast_to(who[:, None], size)
    return Columns(times_s[happens], who[happens], chosen[happens], kinds[happens])


def _chosen(
    rng: np.random.Generator, size: tuple[int, int], items: int, categories: int
) -> NDArray[np.int64]:
    """Return the item of each event: back to an earlier one, near the last one, or any."""
    count, length = size
    rows, chosen = np.arange(count), np.empty(size, dtype=np.int64)
    fresh = shape.ITEMS.ranks(rng.random(size), items)
    kinds = rng.random((3, *size))
    steps = rng.geometric(1.0 / shape.NEAR_MEAN, size) * rng.choice((-1, 1), size)
    chosen[:, 0] = fresh[:, 0]
    for n in range(1, length):
        last = chosen[:, n - 1]
        near = (last + steps[:, n] * categories) % items  # of the same kind, about as popular
        chosen[:, n] = np.where(kinds[0, :, n] < shape.NEAR_SHARE, near, fresh[:, n])
        if n >= 2:  # before, there is nothing to go back to
            earlier = (kinds[2, :, n] * (n - 1)).astype(np.int64)
            place = np.where(kinds[2, :, n] < shape.BACK_TWO_SHARE, n - 2, earlier)
            back = kinds[1, :, n] < shape.BACK_SHARE
            chosen[back, n] = chosen[rows[back], place[back]]
    again = np.zeros(size, dtype=np.bool_)
    again[:, 1:] = chosen[:, 1:] == chosen[:, :-1]
    chosen[again] = (chosen[again] + categories) % items  # nobody looks at a page twice in a row
    return chosen

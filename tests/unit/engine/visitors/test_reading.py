"""The kernel that reads a history says what its plain twin says, over random visitors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from headwater_server.engine.visitors.histories import Histories
from headwater_server.engine.visitors.reading import read_history

GAP_S = 30.0


def _acted(histories: Histories, acts: tuple[Any, ...], rows: tuple[int, int]) -> list[int]:
    return [row for row in rows if row >= 0 and (acts[0][row] or histories.size[row])]


def _joined(histories: Histories, rows: list[int]) -> list[tuple[int, float, int]]:
    """Return (item, seconds, interactions) of all rows, newest first, each item once."""
    found: dict[int, tuple[float, int]] = {}
    slots = []
    for row in rows:
        start, size = int(histories.start[row]), int(histories.size[row])
        slots += [(histories.times[s], histories.items[s], histories.counts[s])
                  for s in reversed(range(start, start + size))]  # fmt: skip
    for time, item, count in sorted(slots, key=lambda slot: -slot[0]):  # of equals the first row's
        if item not in found:
            found[item] = time, count
        elif found[item][1] > 0 and count > 0:
            found[item] = found[item][0], found[item][1] + count
    return [(item, time, count) for item, (time, count) in found.items()][:200]


def _goes_on(acts: tuple[Any, ...], row: int, now_s: float, key: int) -> bool:
    last_s, _, keys = acts
    is_other = key and keys[row] and key != keys[row]
    return not is_other and now_s - last_s[row] <= GAP_S


def _twin(
    histories: Histories, acts: tuple[Any, ...], rows: tuple[int, int],
    now_s: float, key: int, *, of_past: bool,
) -> tuple[Any, ...]:  # fmt: skip
    acted = _acted(histories, acts, rows)
    last_s = max((acts[0][row] for row in acted), default=now_s)
    is_past = of_past and now_s < last_s
    starts_s = [acts[1][row] for row in acted if _goes_on(acts, row, now_s, key)]
    since_s, until_s = min(starts_s, default=math.inf), now_s if is_past else math.inf
    known = [one for one in _joined(histories, acted) if one[1] <= until_s]
    kept = [one for one in known if one[2] > 0]
    ages_s = [max(0.0, now_s - time) for _, time, _ in kept]
    session = [time >= since_s for _, time, _ in kept]
    gap_s = max(0.0, now_s - last_s)
    if is_past:
        gaps_s = np.diff(ages_s, prepend=0.0)
        session = np.logical_and.accumulate(gaps_s <= GAP_S).tolist()
        gap_s = ages_s[0] if kept else 0.0
    items, counts = [item for item, _, _ in kept], [count for _, _, count in kept]
    refused = [item for item, _, count in known if count < 0]
    return items, ages_s, counts, session, refused, sum(session), gap_s


def _shop(rng: np.random.Generator) -> tuple[Histories, tuple[Any, ...]]:
    """Return rows 0 to 3 with many items in common, some at the same time; row 4 has none."""
    histories = Histories()
    for row, length in enumerate((0, 1, 12, 240)):
        for _ in range(length):
            item, time_s = int(rng.integers(0, 260)), float(rng.integers(0, 400))
            histories.add(row, item, time_s, refused=bool(rng.random() < 0.2))
    last_s = np.array([350.0, 380.0, 390.0, 400.0, 0.0])
    return histories, (last_s, rng.integers(100, 380, 5).astype(float), rng.integers(0, 3, 5))


@pytest.mark.parametrize("seed", range(6))
def test_a_history_is_read_as_by_its_plain_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    histories, acts = _shop(rng)
    for rows in [(0, -1), (-1, 1), (2, 3), (3, 2), (-1, -1), (1, 0), (4, 2), (4, -1), (3, 4)]:
        for now_s in (401.0, 415.0, 200.0, 0.0, 500.0):
            for key in (0, 1, 2):
                for of_past in (False, True):
                    expected = _twin(histories, acts, rows, now_s, key, of_past=of_past)
                    read = read_history(histories.table, acts, rows, now_s, key, GAP_S, of_past)
                    plain = tuple(v.tolist() if isinstance(v, np.ndarray) else v for v in read)
                    assert plain == expected, (rows, now_s, key, of_past)

"""Whatever is on the log, and however it is cut into entries: one state, one answer."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, SourceAdvance
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.engine.messages.requests import RecommendRequest

from .everything import SMALL, Shop

SEEDS = range(16 if "HEADWATER_THOROUGH" in os.environ else 1)
BESIDE = "audit", "settings_changes", "build", "repeated"
"""What is in snapshots, but not in the digest."""


def _parts(entry: Entry, size: Callable[[], int]) -> Iterator[Entry]:
    """Yield the entry in parts; what an advance of a source counts stays with it."""
    at, operations = 0, entry.operations
    while at < len(operations):
        stop, end = at, at + size()
        while stop < min(end, len(operations)):
            one = operations[stop]
            stop += 1 + (one.operations if isinstance(one, SourceAdvance) else 0)
        yield replace(entry, operations=operations[at:stop])
        at = stop


def _applied(engine: Engine, entries: Sequence[Entry], rng: Random) -> list[Outcome]:
    """Apply entries together, with pauses in their midst."""
    first, *following = entries
    steps = engine.applying(first, lambda: rng.random() < 0.1, following)
    return [one for step in steps if step and step is not True for one in step]


def _answers(engine: Engine, now_ms: int) -> list[object]:
    """Return lists of several visitors; asked together or alone, they are the same."""
    asked = [
        RecommendRequest(f"{'vw'[n % 2]}{n}", f"r{n}", "u1" if n % 5 == 0 else "", placement="home")
        for n in range(12)
    ]
    together = engine.recommend_all(asked, now_ms)
    assert together == [engine.recommend(one, now_ms) for one in asked]
    return [*together]


def _beside(engine: Engine) -> list[tuple[str, str]]:
    captured = engine.capture()
    return [(path, str(leaf)) for path, leaf in captured if path.partition("/")[0] in BESIDE]


@pytest.mark.parametrize("is_import", [False, True], ids=["live", "import"])
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_gives_one_state_however_it_is_cut_and_restored(seed, is_import):
    rng, shop, seen = Random(seed), Shop(seed, is_import=is_import), Counter()
    single, cut = Engine(SMALL), Engine(SMALL)
    for place, entry in enumerate(shop.entries(30)):
        outcomes = [one for part in _parts(entry, lambda: 1) for one in single.apply(part)]
        found = []
        for part in _parts(entry, lambda: rng.choice((1, 4, 9, 50))):
            found += _applied(cut, (part,), rng)
            if rng.random() < 0.1:
                cut = Engine.restore(cut.capture())
        assert found == outcomes
        assert cut.digest() == single.digest() == shop.engine.digest(), place
        seen.update(one.status for one in outcomes)
        if place % 6 == 0:
            answers = [_answers(one, shop.time_ms) for one in (cut, single, shop.engine)]
            assert answers[0] == answers[1] == answers[2]
    assert set(seen) == set(Status)
    assert _beside(cut) == _beside(single) == _beside(shop.engine)


@pytest.mark.parametrize("seed", SEEDS)
def test_entries_that_are_applied_together_give_the_same_state(seed):
    """Their clocks differ, and what many of them teach is learned in one run."""
    rng, shop = Random(seed), Shop(seed, is_import=False)
    together, waiting, expected, found = Engine(SMALL), [], [], []
    for entry in shop.entries(30):
        small = [*_parts(entry, lambda: rng.choice((1, 2, 5)))]
        waiting += [replace(one, time_ms=one.time_ms + n) for n, one in enumerate(small)]
    single = Engine(SMALL)
    while waiting:
        count = rng.randint(1, 12)
        group, waiting = waiting[:count], waiting[count:]
        expected += [one for entry in group for one in single.apply(entry)]
        found += _applied(together, group, rng)
        assert together.digest() == single.digest()
    assert found == expected

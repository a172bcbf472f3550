"""A question leaves the engine bit for bit as it was, whatever is asked."""

import gc
import os
import random
import sys
from functools import cache
from itertools import pairwise

import pytest

from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.operators.memory import process_bytes

from .shop import ITEMS, busy_engine

QUESTIONS = 10_000 if "HEADWATER_THOROUGH" in os.environ else 3_000
RANKERS = (
    "listwise",
    "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()",
    "river:linear_model.AdPredictor()",
    "river:tree.HoeffdingTreeClassifier()",
)


def _stranger(n):
    """A question in which everything is unknown, or nearly."""
    rng = random.Random(n)
    return RecommendRequest(
        visitor_id=f"stranger {n}",
        recommendation_id=f"r{n}",
        user_id=f"account {n}" if n % 3 == 0 else "",
        session_id=f"session {n}",
        placement=f"placement {n}",
        candidate_item_ids=(f"unknown {n}", ITEMS[n % 30]) if n % 5 == 0 else (),
        exclude_item_ids=(f"gone {n}", rng.choice(ITEMS)),
        context_item_ids=(f"other {n}",) if n % 2 else (rng.choice(ITEMS),),
        context=((f"key {n}", "text"), ("number", float(n))),
        explore=n % 4 != 0,
        explain=n % 7 == 0,
    )


def _memory() -> tuple[int, int]:
    """Return how many small blocks Python's objects take, and the bytes of the process.

    Not what tracemalloc counts: it keeps up to a thousand traces of memory that kernels have freed.
    """
    gc.collect()
    return sys.getallocatedblocks(), process_bytes()


@cache
def _fill_shared_caches() -> None:
    """Fill what all engines share: the few questions of a River ranker do not."""
    engine = busy_engine(events=120)
    for n in range(QUESTIONS):
        engine.recommend(_stranger(n), now_ms=10**7 + n)


@pytest.mark.parametrize(
    "ranker",
    [*RANKERS[:2], *(pytest.param(one, marks=pytest.mark.thorough) for one in RANKERS[2:])],
)
def test_thousands_of_strange_questions_change_nothing(ranker):
    """Digest and counts stay, and memory is flat, for every ranker offered."""
    questions = QUESTIONS if ranker == "listwise" else 300
    engine = busy_engine(events=120, settings=EngineSettings(ranker=ranker))
    before, counts = engine.digest(), engine.lookups.counts()
    _fill_shared_caches()
    for n in range(800):  # free lists and caches of a thousand names fill
        engine.recommend(_stranger(n), now_ms=10**7 + n)
    window = questions // 4
    used = []
    for n in range(questions):
        engine.recommend(_stranger(n), now_ms=10**7 + n)
        if (n + 1) % window == 0:
            used.append(_memory())
    assert engine.digest() == before
    assert engine.lookups.counts() == counts
    # what each question leaves shows in every window; a cache of the process fills in some
    grown = [late - early for (early, _), (late, _) in pairwise(used)]
    assert min(grown) < 0.2 * window + 30, grown  # measuring takes some; one by each would be 75
    assert used[-1][1] - used[1][1] < 2_000_000

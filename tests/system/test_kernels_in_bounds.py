"""No kernel reads or writes outside its arrays, which compiled code would not report."""

import os
import subprocess
import sys

import pytest

SHOP_UNDER_STRESS = """
import random
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up

warm_up()
plain = Policy("plain", {"exploration_policy": "plackett_luce", "rules": []})
rng = random.Random(7)
rules = [
    {"name": "one a kind", "kind": "cap", "field": "categories", "most": 3},
    {"name": "cheap", "kind": "boost", "filter": "price < 4", "times": 2},
    {"name": "first", "kind": "pin", "slot": 2, "item_ids": ["i1", "i2"]},
]
settings = EngineSettings(
    items_max=2500, event_items_max=0, visitors_max=300, rules=rules, exploration_policy="thompson",
    attribution_window_minutes=1,
)
engine = Engine(settings)
engine.parts.models.probability.slots_min = 1
for n in range(6000):
    # a few visitors with very long histories, many items, more of both than the caps allow
    visitor = f"v{rng.randrange(4) if n % 2 else rng.randrange(900)}"
    item = f"i{int(rng.paretovariate(0.6)) % 4000}"
    kind = rng.choice(("view", "view", "view", "purchase", "dislike", "impression"))
    slate = Slate(f"r{n}", "best", "", (item, "i1", "i2"), (1.0,) * 3)
    event = Event(f"e{n}", kind, visitor, items=(EventItem(item),),
                  slate=slate if kind == "impression" else None)
    words = " ".join(f"word{rng.randrange(9000)}" for _ in range(5))  # thousands, which come and go
    title = words if n % 2 else f"word{n % 300} thing"
    kinds = (f"c{n % 9}", f"k{n % 1500}")
    write = ItemWrite(Item(item, title=title, categories=kinds, price=n % 9))
    engine.apply(Entry(1000 * n, (write, event) if n % 3 == 0 else (event,)))
    if n % 20 == 0:
        for more in ({"context_item_ids": (item,)}, {"diversity": "auto", "explain": True},
                     {"candidate_item_ids": (item, "i1", "unheard of"), "diversity": "high"},
                     {"filter": "price > 2", "explain": True, "page_size": 100}):
            request = RecommendRequest(visitor, f"r{n}", **more)
            answer = engine.recommend(request, 1000 * n)
            if n % 200 == 0:  # chances of a list, with items that are no candidates
                ids = ("unheard of", *answer.item_ids, item)
                for policy in (None, plain, Policy("best")):
                    asking = engine.asking(policy)
                    asking.chances(request, ids, 1000 * n, lists=3, predict=True)
    if n % 2000 == 1999:
        engine = Engine.restore(engine.capture())
        engine.parts.models.probability.slots_min = 1
engine.lookups.list_similar_items(("i1",), 10, "", 10**7)
engine.lookups.list_trending_items("", "day", 10, "", 10**7)
print("in bounds", engine.lookups.counts())
"""


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_kernels_stay_inside_their_arrays(tmp_path):
    """Under numba's bounds checks, a shop beyond all its caps runs without an IndexError."""
    checked = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SHOP_UNDER_STRESS],
        env=checked,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "in bounds" in done.stdout

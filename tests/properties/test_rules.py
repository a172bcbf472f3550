"""Whatever the rules and the shop: caps hold, pins stand, and the buried fall."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

from .shop import ITEMS, OPERATIONS, VISITORS, busy_engine, fold

NOW_MS = 10**7
WORDS = ("red", "blue", "lamp", "chair", "garden")
FILTERS = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(
        lambda words: "categories: ANY(" + ", ".join(map('"{}"'.format, words)) + ")"
    ),
    st.sampled_from(('NOT categories: ANY("red")', "available = true")),
)
PINS = st.fixed_dictionaries(
    {
        "kind": st.just("pin"),
        "slot": st.integers(1, 8),
        "item_ids": st.lists(st.sampled_from((*ITEMS, "unknown")), min_size=1, max_size=3),
    }
)
STRENGTHS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("boost", "bury")),
        "filter": FILTERS,
        "by": st.floats(0.01, 1e5),
        "times": st.floats(1.01, 1e5),
    }
)
CAPS = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("cap"), "most": st.integers(0, 3), "field": st.just("categories")},
        optional={"filter": FILTERS},
    ),
    st.fixed_dictionaries({"kind": st.just("cap"), "most": st.integers(0, 3), "filter": FILTERS}),
)
RULES = st.lists(st.one_of(PINS, STRENGTHS, CAPS), max_size=6).map(
    lambda rules: [rule | {"name": f"rule {n}"} for n, rule in enumerate(rules)]
)


class Wanted:
    """What rules ask for, in plain Python, of a shop that is asked without them."""

    def __init__(self, engine, rules, request):
        self.engine, self.rules, self.request = engine, rules, request
        self.caps = [rule for rule in rules if rule["kind"] == "cap"]

    def groups(self, item_id):
        """Return the groups in which an item counts, and for how many there is room."""
        number = self.engine.parts.catalogue.number(item_id)
        found = {}
        for cap in self.caps:
            passing = self.engine.parts.scoring.passing(cap.get("filter", ""), np.array([number]))
            if not passing[0]:
                continue
            item = self.engine.lookups.get_item(item_id)
            values = item.categories if item and "field" in cap else ()
            for value in values if "field" in cap else ("all",):
                found[cap["name"], value] = cap["most"]
        return found

    def leaves_room(self, item_id, others):
        """Whether no cap of the item's is full with ``others``."""
        counts = [group for other in others for group in self.groups(other)]
        return all(counts.count(group) < most for group, most in self.groups(item_id).items())

    def may_be_pinned(self, item_id):
        number = self.engine.parts.catalogue.number(item_id)
        history = self.engine.parts.visitors.history(self.request.visitor_id, "", "", NOW_MS / 1000)
        return (
            number is not None
            and self.engine.parts.catalogue.shown(np.array([number]), NOW_MS)[0]
            and item_id not in self.request.exclude_item_ids
            and number not in history.refused
        )

    def pins(self):
        """Return {slot: item} of the pins that find an item and that caps allow."""
        found = {}
        for rule in self.rules:
            if rule["kind"] == "pin" and rule["slot"] <= self.request.page_size:
                fit = (
                    i for i in rule["item_ids"]
                    if i not in found.values() and self.may_be_pinned(i)
                )  # fmt: skip
                item = next(fit, None) if rule["slot"] not in found else None
                if item is not None:
                    found[rule["slot"]] = item
        kept = {}
        for slot in sorted(found):
            if self.leaves_room(found[slot], kept.values()):
                kept[slot] = found[slot]
        return kept


@given(
    operations=OPERATIONS,
    rules=RULES,
    visitor=st.sampled_from((*VISITORS, "stranger")),
    excluded=st.lists(st.sampled_from(ITEMS), max_size=6).map(tuple),
    size=st.integers(1, 12),
    diversity=st.sampled_from(("", "none", "low", "high", "auto")),
    explore=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_lists_are_as_the_rules_say(
    operations, rules, visitor, excluded, size, diversity, explore
):  # fmt: skip
    """Distinct items, no cap broken, each pin in its slot, short only where caps bar the rest."""
    engine = fold(operations, engine=Engine(EngineSettings(rules=rules)))
    request = RecommendRequest(
        visitor, "r", page_size=size, exclude_item_ids=excluded, explore=explore,
        diversity=diversity,
    )  # fmt: skip
    wanted, digest = Wanted(engine, rules, request), engine.digest()
    answer = engine.recommend(request, NOW_MS)
    ids = [result.item_id for result in answer.results]
    assert engine.recommend(request, NOW_MS) == answer
    assert engine.digest() == digest
    assert len(ids) == len(set(ids)) <= size
    assert not set(ids) & set(excluded)
    for place, item in enumerate(ids):
        assert wanted.leaves_room(item, ids[:place])
    pins = wanted.pins()
    for slot, item in pins.items():
        assert item in ids
        assert ids.index(item) == slot - 1 or len(ids) < slot
        assert answer.results[ids.index(item)].propensity == 1.0
    propensities = [result.propensity for result in answer.results]
    assert all(0.0 < propensity <= 1.0 for propensity in propensities)
    assert explore or propensities == [1.0] * len(propensities)
    assert len(ids) == size or not answer.limits or wanted.caps
    if len(ids) < size:
        plain = fold(operations)
        everything = RecommendRequest(
            visitor, "r", page_size=100, exclude_item_ids=excluded, explore=False
        )
        left = {r.item_id for r in plain.recommend(everything, NOW_MS).results} - set(ids)
        assert not any(wanted.leaves_room(item, ids) for item in left)
        assert bool(left) == bool(answer.limits)


@given(
    filter_text=FILTERS,
    by=st.floats(0.01, 10.0),
    kind=st.sampled_from(("boost", "bury")),
    visitor=st.sampled_from((*VISITORS, "stranger")),
)
@settings(max_examples=15, deadline=None)
def test_the_boosted_rise_and_the_buried_fall(filter_text, by, kind, visitor):
    """Who was behind a buried item may be before it now, never the other way round."""
    categories = 'categories: ANY("c1", "c3")' if "red" in filter_text else filter_text
    rule = {"name": "r", "kind": kind, "filter": categories, "by": by}
    orders = []
    for rules in ([], [rule]):
        engine = busy_engine(events=60, settings=EngineSettings(rules=rules))
        request = RecommendRequest(visitor, "r", page_size=100, explore=False)
        orders.append([r.item_id for r in engine.recommend(request, NOW_MS).results])
    numbers = np.array([engine.parts.catalogue.number(item) for item in ITEMS])
    passing = engine.parts.scoring.passing(categories, numbers)
    moved = {item for item, passes in zip(ITEMS, passing, strict=True) if passes}
    before, after = ({item: place for place, item in enumerate(order)} for order in orders)
    assert set(before) == set(after)
    for item in moved & set(before):
        for other in set(before) - moved:
            if kind == "bury" and before[other] < before[item]:
                assert after[other] < after[item]
            if kind == "boost" and before[item] < before[other]:
                assert after[item] < after[other]

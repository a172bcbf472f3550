"""Whatever the shop, the rules and the request: a list that was drawn has its propensities."""

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings

from .shop import ITEMS, OPERATIONS, VISITORS, fold
from .test_rules import FILTERS, NOW_MS, RULES

LISTS = 3


@given(
    operations=OPERATIONS,
    rules=RULES,
    own=st.one_of(st.none(), RULES),
    visitor=st.sampled_from((*VISITORS, "stranger")),
    excluded=st.lists(st.sampled_from(ITEMS), max_size=6).map(tuple),
    candidates=st.one_of(
        st.just(()),
        st.lists(st.sampled_from((*ITEMS, "unknown")), min_size=1, max_size=12).map(tuple),
    ),
    filter_text=st.one_of(st.just(""), st.just(""), FILTERS),
    size=st.integers(1, 12),
    diversity=st.sampled_from(("", "none", "low", "high", "auto")),
    draw=st.tuples(st.floats(0.0, 1.0), st.floats(1e-3, 50.0)),
    explore=st.booleans(),
    first_slot=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_the_chances_of_a_drawn_list_are_its_propensities(
    operations, rules, own, visitor, excluded, candidates, filter_text, size, diversity, draw,
    explore, first_slot,
):  # fmt: skip
    """Exactly, under the settings in force and under a policy; asking changes nothing."""
    engine = fold(operations, engine=Engine(EngineSettings(rules=rules)))
    request = RecommendRequest(
        visitor, "r", page_size=size, candidate_item_ids=candidates, exclude_item_ids=excluded,
        filter=filter_text, diversity=diversity, explore=explore,
        first_slot=first_slot,
    )  # fmt: skip
    overrides = {"exploration_epsilon": draw[0], "exploration_temperature": draw[1]}
    overrides |= {"exploration_bandit_epsilon": draw[0], "exploration_bandit_scale": draw[1]}
    policy = Policy("p", overrides | ({} if own is None else {"rules": own}))
    digest = engine.digest()
    for asking in (engine.asking(), engine.asking(policy)):
        answer = asking.recommend(request, NOW_MS)
        found = asking.chances(request, answer.item_ids, NOW_MS, lists=LISTS)
        assert found.slots.tolist() == answer.propensities.tolist()
        assert ((found.in_list >= 0.0) & (found.in_list <= 1.0)).all()
        assert found.lists_drawn in ((1, LISTS) if explore else (1,))
        assert explore or found.in_list.tolist() == [1.0] * len(found.in_list)
        assert asking.recommend(request, NOW_MS) == answer
    assert engine.digest() == digest

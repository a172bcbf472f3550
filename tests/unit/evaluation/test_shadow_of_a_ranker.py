"""A shadow by a ranker that learns beside the champion: its hits are the ranker's own."""

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.shadow.quality import Quality

RANKERS = {"same": "listwise", "frozen": "listwise(rate=0.0, layer_rate=0.0, bias_rate=0.0)"}


def looked(*rankers):
    """Return the hit rates of shadows by these rankers, after the same acts."""
    engine = Engine(EngineSettings(rankers=RANKERS))
    found = {name: Quality(name) for name in rankers}
    for part in range(60):
        for one in found.values():
            one.look(engine, engine)
        for n in range(part * 20, part * 20 + 20):
            item = EventItem(f"i{n * n % 53 % (5 + n % 40)}")
            engine.apply(Entry(n * 1_000, (Event(f"e{n}", "click", f"v{n % 17}", items=(item,)),)))
    return {name: one.figures(engine, engine, 0.9)[0] for name, one in found.items()}


def test_the_hits_are_those_of_the_ranker_with_the_champions_beside():
    found = looked("", "same", "frozen")
    assert found["same"] == found[""]
    assert found[""]["name"] == "hit_rate_at_20"
    frozen = found["frozen"]
    assert frozen["count"] == found[""]["count"] > 80
    assert frozen["champion"] == found[""]["champion"]
    assert frozen["shadow"] != frozen["champion"]


def test_which_ranker_a_policy_answers_by_over_the_champions_state():
    policy = Policy("p", {"ranker": "same"})
    assert Wanted(policy).beside == "same"
    assert Wanted(policy, {"rewards": {}}).beside == ""
    assert Wanted(Policy("p", {"ranker": "champion"})).beside == ""
    assert Wanted(Policy("p")).beside == ""
    assert Wanted(policy).lacks(EngineSettings(rankers=RANKERS)) == ""
    assert Wanted(policy).lacks(EngineSettings()).startswith("ranker: there is no ranker 'same'")
    assert Wanted(policy, {"rankers": RANKERS}).lacks(EngineSettings()) == ""

"""Thompson sampling: it finds what is best, and its estimated propensities are what happens."""

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.plackett_luce import draw_slate
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.probability.probability import ProbabilityHead, buckets
from headwater_server.models.splitmix import normal

SETTINGS = EngineSettings(exploration_policy="thompson")
RATES = np.array([0.05, 0.08, 0.06, 0.20, 0.04, 0.07, 0.05, 0.03])
ARMS = np.arange(len(RATES), dtype=np.int32)
NOBODY = History(
    *(np.zeros(0, dtype=kind) for kind in (np.int32, np.float64, np.int32, np.bool_, np.int32)),
    session_length=0,
    gap_s=0.0,
)
FEATURES = np.zeros((1, 4))


def _head(slots=0):
    """Return a head that is ready and knows nothing of the arms, but that acts are rare."""
    head = ProbabilityHead(slots_min=1)
    for acted in (True, *[False] * 14, *[False] * slots):
        head.learn_many(FEATURES, buckets(()), np.array([-1]), np.array([acted]))
    return head


def _sampled(head, name, page_size=1, arms=ARMS):
    request = RecommendRequest("ann", name, page_size=page_size)
    return thompson.sampled_scores(head, np.zeros(len(arms)), arms, NOBODY, request, SETTINGS)


def _play(choose, rounds=2400, seed=1):
    """Return the regret of each round, and which arm was played."""
    rng, head, played = np.random.default_rng(seed), _head(), []
    for round_ in range(rounds):
        arm = choose(head, round_)
        acted = rng.random() < RATES[arm]
        head.learn_many(FEATURES, buckets(()), ARMS[[arm]], np.array([acted]))
        played.append(arm)
    return RATES.max() - RATES[played], np.array(played)


def _thompson(head, round_):
    return int(thompson.draw_slate(_sampled(head, f"r{round_}"), 1)[0][0])


def _epsilon_greedy(head, round_):
    chances = head.score_many(np.zeros((len(ARMS), 4)), buckets(()), ARMS)
    return int(draw_slate(chances, 1, 0.2, 1e-4, seed=round_)[0][0])


def test_finds_the_best_arm_with_less_regret_than_epsilon_greedy():
    """At last it plays hardly anything else, and each quarter regrets less than the one before."""
    regret, played = _play(_thompson)
    assert (played[-600:] == RATES.argmax()).mean() > 0.8
    quarters = [part.sum() for part in np.array_split(regret, 4)]
    assert quarters[3] < 0.5 * quarters[0]
    assert regret.sum() < _play(_epsilon_greedy)[0].sum()


def test_an_item_that_was_never_shown_is_tried():
    """Beside one whose rate is known to be the average, it comes first in half of the draws."""
    head = _head()
    for n in range(600):
        head.learn_many(FEATURES, buckets(()), ARMS[:1], np.array([n % 15 == 0]))
    firsts = [_firsts(head, str(n), ARMS[:2]) for n in range(400)]
    assert 0.25 < np.mean(firsts) < 0.75


def _firsts(head, name, arms):
    return thompson.draw_slate(_sampled(head, name, arms=arms), 1)[0][0]


def _shown_for_a_while():
    head = _head()
    for n in range(300):
        arm = n % len(ARMS)
        acted = (n * 7919) % 1000 < 1000 * RATES[arm]
        head.learn_many(FEATURES, buckets(()), ARMS[[arm]], np.array([acted]))
    return head


def test_estimated_propensities_are_the_frequencies():
    """Over 3,000 recommendations an arm is drawn as often as estimated, in either slot.

    The second slot's is the chance given the first: looked at where the best arm stands first.
    """
    head, count = _shown_for_a_while(), 3000
    shown, stated = np.zeros((2, len(ARMS))), np.zeros((2, len(ARMS)))
    for n in range(count):
        rows, propensities = thompson.draw_slate(_sampled(head, f"id {n}", 2), 2)
        for slot in range(2 if rows[0] == RATES.argmax() else 1):
            shown[slot, rows[slot]] += 1
            stated[slot, rows[slot]] += propensities[slot]
    for slot in range(2):
        chances = stated[slot] / np.maximum(shown[slot], 1)
        drawn = shown[slot].sum()
        noise = np.sqrt(chances * (1 - chances) / drawn)
        assert (np.abs(chances - shown[slot] / drawn) < 4 * noise + 1e-3).all()
        assert chances.sum() == pytest.approx(1.0, abs=0.02)


def test_propensity_of_the_second_slot_is_given_the_first():
    """Whatever stands first, the second's estimate is the share of draws in which it is next."""
    sampled = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [0.0, 1.0, 2.0]])
    rows, propensities = thompson.draw_slate(sampled, 2)
    assert rows.tolist() == [0, 1]
    assert propensities == pytest.approx([1 / 2, 1 / 2])


def test_no_propensity_is_zero():
    """What is drawn against all odds has 1 in draws + 1."""
    sampled = np.zeros((1 + thompson.DRAWS, 2))
    sampled[0, 1] = 1.0
    sampled[1:, 0] = 1.0
    assert thompson.draw_slate(sampled, 1)[1][0] == pytest.approx(1 / (thompson.DRAWS + 1))


def test_fewer_candidates_than_slots():
    """A slate is as long as there are candidates, down to none."""
    for arms in (ARMS[:2], ARMS[:0]):
        sampled = _sampled(_head(), "r", page_size=5, arms=arms)
        assert len(thompson.draw_slate(sampled, 5)[0]) == len(arms)


def test_normal_numbers_are_normal():
    """Mean, deviation and tails of 20,000 of them."""
    numbers = np.array([normal(5, n) for n in range(20_000)])
    assert abs(numbers.mean()) < 0.03
    assert numbers.std() == pytest.approx(1.0, abs=0.03)
    assert (np.abs(numbers) > 1.96).mean() == pytest.approx(0.05, abs=0.008)


def _engine(settings=SETTINGS, slates=120):
    """Return an engine to which some slates were reported, of which few were acted on."""
    engine, items = Engine(settings), tuple(f"item {n}" for n in range(10))
    engine.apply(Entry(1, tuple(ItemWrite(Item(item_id)) for item_id in items)))
    for n in range(slates):
        slate = Slate(f"r{n}", "best", "home", items, (1.0,) * len(items))
        seen = Event(f"seen {n}", "impression", f"v{n % 9}", slate=slate)
        act = Event(f"act {n}", "click", f"v{n % 9}", items=(EventItem(items[n % 3]),))
        engine.apply(Entry(3_600_000 * (n + 1), (seen, act)))
    return engine


def _ask(engine, **options):
    return engine.recommend(RecommendRequest("ann", "r1", **options), engine.parts.clock_ms)


def test_the_answer_names_the_policy_and_says_that_propensities_are_estimates():
    """Same id, same slate, and reading leaves the digest as it was."""
    engine = _engine()
    before, answer = engine.digest(), _ask(engine)
    assert (answer.policy, answer.propensities_estimated) == ("thompson", True)
    assert all(1 / 201 <= result.propensity <= 1 for result in answer.results)
    assert _ask(engine) == answer
    assert _ask(engine, page_size=3).results != ()
    assert engine.digest() == before


def test_without_exploration_nothing_changes():
    """EXPLORATION_OFF gives the best list under either policy, propensities 1."""
    engine = _engine()
    best = _ask(engine, explore=False)
    assert (best.policy, best.propensities_estimated) == ("best", False)
    engine.parts.settings = replace(SETTINGS, exploration_policy="plackett_luce")
    assert _ask(engine, explore=False) == best


def test_until_chances_are_known_slots_are_drawn_by_score():
    """There is nothing to draw from yet."""
    answer = _ask(_engine(slates=3))
    assert (answer.policy, answer.propensities_estimated) == ("plackett_luce", False)


def test_intervals_come_with_explain_alone():
    """Between 0 and 1, around the probability."""
    engine = _engine()
    for result in _ask(engine, explain=True).results:
        assert 0 <= result.probability_low <= result.probability <= result.probability_high <= 1
    assert {result.probability_low for result in _ask(engine).results} == {None}

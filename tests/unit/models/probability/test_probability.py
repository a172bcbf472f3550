"""The probability head: chances that come true, and intervals that say how well they are known."""

import numpy as np
import pytest
from scipy.special import ndtr

from headwater_server.engine.snapshot import state
from headwater_server.models.probability.probability import FEATURES, ProbabilityHead, buckets

HOME = buckets(("placement=home",))


def _slates(count, chance, seed=1, items=6):
    """Slates of ``items`` slots; ``chance(features, items)`` says how likely an act is."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        dense = rng.normal(size=(items, len(FEATURES)))
        numbers = rng.permutation(items).astype(np.int32)
        yield dense, numbers, rng.random(items) < chance(dense, numbers)


def _taught(count, chance=lambda dense, _: 1 / (1 + np.exp(2 - dense[:, 0])), **options):
    head = ProbabilityHead(**{"slots_min": 10, **options})
    predicted, acts = [], []
    for dense, numbers, acted in _slates(count, chance):
        predicted.append(head.score_many(dense, HOME, numbers))
        acts.append(acted)
        head.learn_many(dense, HOME, numbers, acted)
    return head, np.concatenate(predicted), np.concatenate(acts)


def _loss(chances, acted):
    return -np.log(np.where(acted, chances, 1 - chances)).mean()


def test_score_many_gives_the_numbers_of_predict_proba_one():
    """One by one by name, as River does, or a slate at once: the results are equal."""
    many, one = ProbabilityHead(), ProbabilityHead()
    for item in range(6):  # numbered in order of appearance
        one._numbers[item] = item
    for dense, numbers, acted in _slates(60, lambda dense, _: ndtr(dense[:, 0] - 1)):
        for row, item, act in zip(dense, numbers, acted, strict=True):
            x = dict(zip(FEATURES, row, strict=True)) | {"placement": "home", "item": int(item)}
            one.learn_one(x, bool(act))
            slot = row[None], HOME, np.array([item])
            many.learn_many(*slot, np.array([act]))
            assert many.score_many(*slot)[0] == pytest.approx(
                one.predict_proba_one(x)[True], rel=1e-12
            )


def test_says_nothing_before_enough_was_reported():
    """A probability needs a number of slots, and both outcomes among them."""
    head = ProbabilityHead(slots_min=3)
    for _ in range(5):
        head.learn_one({"score": 0.0}, False)
    assert not head.is_ready
    head.learn_one({"score": 0.0}, True)
    assert head.is_ready


def test_follows_its_score():
    """After learning from acts that follow the score, a higher score is a higher chance."""
    head, _, _ = _taught(600)
    rows = np.array([[-2.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]])
    low, high = head.score_many(rows, HOME, np.array([-1, -1]))
    assert low < 0.07
    assert high > 0.35


def test_what_it_predicts_comes_true():
    """In each third of the predictions, the acts are as many as predicted, within the noise."""
    _, predicted, acted = _taught(1500)
    order = np.argsort(predicted[600:])
    for part in np.array_split(order, 3):
        chances, came = predicted[600:][part], acted[600:][part]
        noise = np.sqrt((chances * (1 - chances)).sum())
        assert abs(chances.sum() - came.sum()) < 3.5 * noise


def test_where_acts_are_noise_the_base_rate_is_returned():
    """One act in 100 whatever is shown: hardly a worse log loss than the base rate's."""
    _, predicted, acted = _taught(2500, chance=lambda dense, _: np.full(len(dense), 0.01))
    before = np.cumsum(acted) - acted
    base_rate = (before + 0.5) / (np.arange(len(acted)) + 1)
    assert _loss(predicted[500:], acted[500:]) < 1.01 * _loss(base_rate[500:], acted[500:])


def test_an_item_of_its_own_rate_is_found_out():
    """Of two items alike in all features, the one that is acted on more has the higher chance."""
    head, _, _ = _taught(800, chance=lambda _, numbers: np.where(numbers == 3, 0.3, 0.05))
    chances = head.score_many(np.zeros((2, 4)), HOME, np.array([3, 2]))
    assert chances[0] > 0.2
    assert chances[1] < 0.1


def test_intervals_cover_true_chances_of_items():
    """Chances drawn from the model's own prior lie within their 90 % interval, about as often."""
    items, inside, rng = 60, [], np.random.default_rng(7)
    for _ in range(4):
        truth = ndtr(-1.3 + 0.2 * rng.normal(size=items))
        head, dense, numbers = ProbabilityHead(), np.zeros((items, 4)), np.arange(items)
        for _ in range(60):
            acted = rng.random(items) < truth
            head.learn_many(dense, HOME, numbers.astype(np.int32), acted)
        low, high = head.interval_many(dense, HOME, numbers.astype(np.int32))
        inside += ((low <= truth) & (truth <= high)).tolist()
    assert 0.84 <= np.mean(inside) <= 0.98


def test_the_interval_of_an_item_that_was_never_shown_is_the_widest():
    """And each interval contains the chance."""
    head, _, _ = _taught(400)
    slots = np.zeros((2, 4)), HOME, np.array([0, 50])
    low, high = head.interval_many(*slots)
    chances = head.score_many(*slots)
    assert high[1] - low[1] > high[0] - low[0]
    assert (low <= chances).all()
    assert (chances <= high).all()


def test_what_is_not_finite_does_no_harm():
    """NaN, infinities and huge scores, learned and asked, leave chances between 0 and 1."""
    head, _, _ = _taught(100)
    bad = np.array([[np.nan, np.inf, -np.inf, 1e300], [-1e9, 1e9, 0.0, 0.0]])
    items = np.array([0, 1], dtype=np.int32)
    for _ in range(20):
        head.learn_many(bad, HOME, items, np.array([True, False]))
    for chances in (head.score_many(bad, HOME, items), *head.interval_many(bad, HOME, items)):
        assert ((chances >= 0) & (chances <= 1)).all()


def test_reads_without_writing_and_comes_back_from_its_state():
    """Reading leaves the state as it was; a twin that loads it predicts and learns the same."""
    head, _, _ = _taught(100)
    before = state.digest(state.flatten(head.state()))
    slots = np.ones((3, 4)), buckets(("never=met",)), np.array([-1, 0, 900])
    chances = head.score_many(*slots)
    head.interval_many(*slots)
    head.posterior_many(slots[0], slots[2])
    head.predict_proba_one({"score": 1.0, "item": "unknown", "new": 3.0})
    assert state.digest(state.flatten(head.state())) == before
    twin = ProbabilityHead()
    twin.load(state.unflatten(list(state.flatten(head.state()))))
    assert twin.score_many(*slots).tolist() == chances.tolist()

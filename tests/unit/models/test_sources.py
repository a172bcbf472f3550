"""The sources beyond direct co-visitation: walks, words, cycles."""

import numpy as np
import pytest

from headwater_server.engine.snapshot import state
from headwater_server.models.content.content import Content
from headwater_server.models.content.profile_similarity import build_profile, score_items
from headwater_server.models.content.word_flow import WordFlow
from headwater_server.models.covisitation.cycles import Cycles
from headwater_server.models.covisitation.next_item import NextItem
from headwater_server.models.covisitation.walk import Walk
from headwater_server.models.evidence import Evidence, add_rows
from headwater_server.models.logarithms import ln

DAY_S = 86_400.0


def seen(*items):
    return np.array(items, dtype=np.int32)


def described(*items):
    content = Content()
    for item, words in enumerate(items):
        content.describe(item, words.split())
    return content


def digest(model):
    return state.digest(state.flatten(model.state()))


def test_two_steps_are_the_product_of_one_and_one():
    """Always 0 to 1 and always 1 to 2: the chance of 2 from 0 is close to 1, and not more."""
    chain = NextItem()
    for _ in range(200):
        chain.learn(seen(0), 1)
        chain.learn(seen(1), 2)
    assert Walk(chain).predict(seen(0), 2) == pytest.approx(1.0, abs=0.02)
    assert chain.predict(seen(0), 2) == 0.0


def test_a_walk_takes_the_strongest_branches():
    """Of forty neighbours the eight that are met most often are walked on."""
    chain = NextItem()
    for n in range(40):
        for _ in range(n + 1):
            chain.learn(seen(0), 1 + n)
        chain.learn(seen(1 + n), 100 + n)
    reached = [n for n in range(40) if Walk(chain).predict(seen(0), 100 + n) > 0]
    assert reached == list(range(32, 40))


def test_words_that_follow_words_speak_for_an_item_without_interactions():
    content = described("red cup", "red saucer", "blue cup", "blue saucer", "green lamp")
    model = WordFlow(content)
    for _ in range(5):
        model.learn(seen(0), 1)
        model.learn(seen(4), 4)
    assert model.predict(seen(2), 3) > model.predict(seen(2), 4) == 0.0


def test_words_that_no_item_holds_are_forgotten_and_their_numbers_given_to_others():
    """A catalogue that is written again each night, with new words, takes no more memory."""
    content = Content()
    model = WordFlow(content)
    for night in range(40):
        for item in range(100):
            content.describe(item, [f"night{night} word{item}", f"night{night} other{item}"])
        for item in range(99):
            model.learn(seen(item), item + 1)
    assert len(content._words) < 3 * 200
    assert content.room == len(Content()._frequencies)
    assert model.predict(seen(3), 4) > 0.0


def test_a_forgotten_words_number_brings_nothing_of_it_along():
    content = described("tent", "stove")
    model = WordFlow(content)
    model.learn(seen(0), 1)
    tent = content._words["tent"]
    for item in range(2, 600):
        content.describe(item, [f"word{item}"])
    content.forget(seen(0, *range(2, 600)))
    assert "tent" not in content._words
    content.describe(2, [f"new{n}" for n in range(40)])
    content.describe(3, ["a lamp"])
    assert tent in content._words.values()
    assert model.predict(seen(2), 1) == model.predict(seen(3), 1) == 0.0


def test_what_is_forgotten_next_is_the_same_after_a_restart():
    models, again = [Content(), Content()], Content()
    for content in models:
        for item in range(700):
            content.describe(item, [f"word{item}", "thing"])
        content.forget(seen(*range(0, 700, 2)))
    again.load(models[0].state())
    for content in (again, models[1]):
        for item in range(0, 400, 2):
            content.describe(item, [f"later{item}"])
        content.forget(seen(*range(1, 700, 2)))
        content.describe(9, ["last"])
    assert digest(again) == digest(models[1])


def test_words_that_came_after_the_last_interaction_are_read_as_unknown():
    """Thousands of new words, past the room that was made for them; and reading writes nothing."""
    content = described("tent", "stove")
    model = WordFlow(content)
    model.learn(seen(0), 1)
    for item in range(2, 900):
        content.describe(item, [f"word{item}", f"other{item}", f"third{item}"])
    before = digest(model)
    assert model.predict(seen(899), 898) == 0.0
    assert digest(model) == before
    model.learn(seen(899), 898)
    assert model.predict(seen(899), 898) > 0.0


def test_what_is_loaded_says_the_same():
    content = described("red cup", "red saucer", "blue cup", "blue saucer")
    model, again = WordFlow(content), WordFlow(content)
    for _ in range(3):
        model.learn(seen(0), 1)
    again.load(model.state())
    assert again.predict(seen(0), 1) == model.predict(seen(0), 1) > 0.0


def test_many_half_lives_leave_counts_that_are_still_right():
    """After 300 half-lives, past every renormalisation, the same events say the same."""
    model = WordFlow(half_life=1.0)
    for item in range(2):
        model.content.describe(item, [f"word{item}", "thing"])
    said = []
    for _ in range(300):
        model.learn(seen(0), 1)
        said.append(model.predict(seen(0), 1))
    assert np.isfinite(said).all()
    assert said[-1] == pytest.approx(said[50], rel=1e-3)


def test_an_item_is_due_after_its_own_cycle_and_a_new_one_after_the_shops():
    model = Cycles()
    for _ in range(30):
        model.learn(seen(0), 0, age_s=7 * DAY_S)
        model.learn(seen(1), 1, age_s=60.0)
    assert model.due(0, 7 * DAY_S) > model.due(0, 60.0)
    assert model.due(1, 60.0) > model.due(1, 7 * DAY_S)
    unknown = [model.due(2, age_s) for age_s in (60.0, 3600.0, 7 * DAY_S)]
    assert unknown[1] > max(unknown[0], unknown[2])


def test_a_cycle_goes_with_its_item():
    model = Cycles()
    model.learn(seen(0), 0, age_s=60.0)
    stranger = model.due(1, DAY_S)
    model.forget(seen(0))
    assert model.due(0, DAY_S) == stranger


def test_the_cosine_to_the_latest_item_is_one_for_its_twin():
    """Same words: one; none in common: zero; the session's is that of all its items."""
    content = described("red cup", "red cup", "blue lamp", "red lamp")
    evidence, cosines = Evidence(), np.empty((3, 3), dtype=np.float32)
    evidence.begin(4)
    add_rows(evidence.scratch, seen(1, 2, 3), 0)
    build_profile(content.counted, seen(0, 3), np.ones(2, dtype=np.bool_), content.scratch)
    args = (seen(1, 2, 3), content.scratch, evidence.scratch, cosines)
    score_items(content.counted, *args)
    latest, session, _ = cosines
    assert latest == pytest.approx([1.0, 0.0, latest[2]], abs=1e-5)
    assert 0.0 < latest[2] < 1.0
    assert session[2] > latest[2]
    assert session[1] > 0.0


def test_our_logarithm_is_the_logarithm():
    """Relative to 1, over all that a feature may be: from 1e-6 to 1e12."""
    values = np.exp(np.linspace(np.log(1e-6), np.log(1e12), 5000)).astype(np.float32)
    ours = np.array([ln(value) for value in values])
    assert ours == pytest.approx(np.log(values.astype(np.float64)), rel=2e-7, abs=2e-7)

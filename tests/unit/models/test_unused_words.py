"""Words without any item are counted as they come and go; a look at all words counts the same."""

import numpy as np

from headwater_server.models.content.content import STEP_WORDS, UNUSED_MAX, Content


def unused(content):
    """Return how many kept words have no item: a look at all of them."""
    state = content.state()
    frequencies = state["_frequencies"]
    return sum(bool(word) and frequencies[n] == 0 for n, word in enumerate(state["_words"]))


def test_the_count_is_that_of_all_words():
    content, rng = Content(), np.random.default_rng(4)
    for n in range(1_500):
        words = [f"w{int(3_000 * rng.random() ** 2)}" for _ in range(int(rng.integers(0, 60)))]
        if n % 97 == 96:
            content.forget(rng.integers(0, 300, 20).astype(np.int32))
        content.describe(int(rng.integers(300)), words)
        assert content._unused == unused(content)
        if n % 311 == 310:
            state, content = content.state(), Content()
            content.load(state)
    assert "" in content.state()["_words"], "some were removed"


def test_many_words_are_removed_in_steps():
    content, words = Content(), 10 * STEP_WORDS
    content.reserve(words // 40)
    for n in range(words // 40):
        content.describe(n, [f"w{n} {k}" for k in range(40)])
    steps = [len(list(content.describing(n, ["all"]))) for n in range(words // 40)]
    assert max(steps) >= 1
    assert unused(content) == content._unused <= max(UNUSED_MAX, words // 8)

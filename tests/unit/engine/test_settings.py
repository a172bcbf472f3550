"""Engine settings travel on the log as one canonical text."""

import pytest

from headwater_server.engine.settings import EngineSettings


def test_equal_settings_have_one_text():
    """The order in which rewards were named does not show."""
    rewards = EngineSettings().rewards
    turned = dict(reversed(rewards.items()))
    assert EngineSettings(rewards=turned).canonical() == EngineSettings().canonical()


def test_an_unknown_name_is_refused():
    """A setting of a newer build is named rather than ignored."""
    with pytest.raises(ValueError, match="colour"):
        EngineSettings.parse('{"colour": 1}')


def test_what_is_left_out_is_one_set_whatever_its_order():
    """Named twice or in another order, the same text, and the same again when it is read."""
    first, second = (
        EngineSettings(without=names)
        for names in (("content", "next"), ("next", "content", "next"))
    )
    assert first == second == EngineSettings.parse(first.canonical())


def test_what_cannot_be_left_out_is_refused_with_the_names_that_can():
    """A typo must not pass for an ablation that changes nothing."""
    with pytest.raises(ValueError, match=r"'contents'.*known are next, together"):
        EngineSettings(without=("contents",))

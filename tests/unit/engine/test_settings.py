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

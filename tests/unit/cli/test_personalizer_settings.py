"""What is refused of the settings of apprentice mode, before anything starts."""

from __future__ import annotations

import pytest

from headwater_server.cli.commands.web import _opening
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings

STORE = "redis://127.0.0.1:1"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"personalizer_share": "-1"}, "personalizer_share"),
        ({"personalizer_share": "2"}, "must lie between 0 and 1"),
        ({"personalizer_share": "nan"}, "personalizer_share"),
        ({"personalizer_mode": "aprentice"}, "personalizer_mode"),
        ({"personalizer_mode": "Online"}, "personalizer_mode"),
    ],
)
def test_a_share_or_mode_that_is_none_is_named(flags: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        load_settings(**flags)


def test_a_share_without_apprentice_mode_is_refused_with_the_fix() -> None:
    settings = load_settings(redis_url=STORE, personalizer_share="0.2")
    with pytest.raises(BadSettings, match="needs personalizer_mode = apprentice"):
        _opening("127.0.0.1:1", "", settings)
    more = {"personalizer_mode": "apprentice"}
    assert _opening(
        "127.0.0.1:1", "", load_settings(redis_url=STORE, personalizer_share="0.2", **more)
    )


@pytest.mark.parametrize(("wait", "warns"), [("30", False), ("31", True)])
def test_a_wait_beyond_the_window_of_the_choice_is_warned_of(wait, warns, capsys) -> None:
    flags = {"personalizer_reward_wait_minutes": wait, "attribution_token_minutes": "100"}
    assert _opening("127.0.0.1:1", "", load_settings(redis_url=STORE, **flags))
    said = capsys.readouterr()
    assert ("set attribution_window_minutes" in said.out + said.err) == warns

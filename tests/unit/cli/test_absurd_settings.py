"""Every setting of every part, with absurd values: each is refused by name."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from headwater_server.settings import PARTS, default_of, load_settings, load_with_sources
from headwater_server.settings_checks import BadSettings, checked

SETTINGS = [
    (setting.name, get_type_hints(part)[setting.name], default_of(setting))
    for part in PARTS.values()
    for setting in fields(part)
]
NUMBERS = ("-1", "nan", "inf", "-inf", "1e308", "1e400", "9" * 40, "", " ", "much", "[1]", "0x10")
TEXTS = ("", "a\nb", "a\x00b", "x" * 10_000)
PATHS = ("",)
TABLES = ("", "[]", "3", '{"click": "much"}', '{"click": null}', '{"click": [1]}')

# what is allowed though it looks odd, and why
ALLOWED = {
    ("personalizer_default_reward", "-1"),  # a reward may be negative
    ("figures_day_offset_hours", "-1"),  # west of Greenwich
    ("oidc_roles", ""),  # nobody signs in
    ("oidc_scopes", ""),  # refused beside an issuer, by name: `SignInSettings.check`
    ("allowed_hosts", ""),  # an empty list is the default
    ("allowed_ids", ""),
    ("features", ""),
    ("gateway_origins", ""),
    ("group_by", ""),  # no variants
    ("gateway_backends", ""),
    ("personalizer_visitor_features", ""),
    ("without", ""),
    ("keys", ""),  # docker-compose passes an empty variable when there is none
    ("page_keys", ""),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def absurd(kind: Any, default: object) -> tuple[Any, ...]:
    """Return values of the wrong type or size for a setting of this kind."""
    if isinstance(default, bool):
        return ("", "maybe", "2", "nan")
    if isinstance(default, int | float):
        return NUMBERS
    if isinstance(default, dict):
        return TABLES
    if "Path" in str(kind):
        return PATHS
    if "Literal" in str(kind) or "Durability" in str(kind):
        return ("", "nothing", "1", "a\nb")
    if isinstance(default, list):  # rules have tests of their own, in test_rules
        return ("", "{", "3", '["x"]')
    return TEXTS


CASES = [
    (name, kind, value)
    for name, kind, default in SETTINGS
    for value in absurd(kind, default)
    if (name, value) not in ALLOWED
]


@pytest.mark.parametrize(("name", "kind", "value"), CASES, ids=lambda case: str(case)[:30])
def test_an_absurd_value_is_refused_by_the_settings_name(name, kind, value):
    with pytest.raises(BadSettings, match=name):
        checked(name, kind, value)


@pytest.mark.parametrize(("name", "value"), sorted(ALLOWED))
def test_what_is_allowed_is_taken(name, value):
    kind = next(kind for known, kind, _ in SETTINGS if known == name)
    checked(name, kind, value)


@pytest.mark.parametrize("name", [n for n, _, d in SETTINGS if type(d) in (int, float)])
def test_every_number_has_a_finite_range_that_the_error_names(name):
    kind = next(kind for known, kind, _ in SETTINGS if known == name)
    with pytest.raises(BadSettings, match=r"at most \d+|between -?\d.* and \d+") as caught:
        checked(name, kind, 10**200 if kind is int else 1e300)
    assert "inf" not in str(caught.value).partition(":")[2]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rewards", '{"click": 1, "click": 2}'),
        ("hide_days", '{"click": 1, "view": 3, "click": 2}'),
        ("rules", '[{"name": "a", "kind": "pin", "slot": 1, "slot": 2, "item_ids": ["x"]}]'),
    ],
)
def test_a_name_that_is_there_twice_is_refused(name, text):
    with pytest.raises(BadSettings, match=f"{name}.*(click|slot) is there twice"):
        load_settings(**{name: text})


@pytest.mark.parametrize("name", ["rewards", "hide_days"])
@pytest.mark.parametrize("value", [1e308, -1e308, math.inf, math.nan, 1e9, -1e9])
def test_a_table_with_an_absurd_number_names_the_entry_and_the_range(name, value):
    with pytest.raises(BadSettings, match=rf"{name} = .*click must lie between -?\d+ and \d+"):
        load_settings(**{name: {"click": value}})


@pytest.mark.parametrize("name", ["", " ", " click", "click ", "a\nb", "\x00", "-", "x" * 65, "{}"])
def test_an_event_type_with_an_odd_name_is_refused(name):
    with pytest.raises(BadSettings, match="is no event type: write 1 to 64 letters"):
        load_settings(rewards=json.dumps({name: 0.5}))


@pytest.mark.parametrize("name", ["wish", "add to list", "video.play", "shop:like", "a/b", "купил"])
def test_an_event_type_in_any_language_is_taken(name):
    assert load_settings(rewards=json.dumps({name: 0.5})).engine.rewards[name] == 0.5


@pytest.mark.parametrize(
    "key",
    [
        "changeme-changeme", "CHANGE_ME_PLEASE_123", "change-this-key-1", "your-api-key-here",
        "YOUR_KEY_0000000001", "<insert-your-key>", "xxxxxxxxxxxxxxxx", "aaaaaaaaaaaaaaaa",
        "0000000000000000", "replace-with-a-random-key", "${HEADWATER_KEYS}", "placeholder-12345",
        "my-secret-goes-here", "****************", "{{backend_key}}-1234",
    ],
)  # fmt: skip
def test_a_key_that_is_a_placeholder_is_refused_and_not_shown(key):
    with pytest.raises(BadSettings, match=r"^keys: key 2 is a placeholder") as caught:
        load_settings(keys=f"fd3a2c1be0975846fd3a,{key}")
    assert key not in str(caught.value)
    with pytest.raises(BadSettings, match=r"^page_keys: key 1 is a placeholder"):
        load_settings(keys="fd3a2c1be0975846fd3a", page_keys=key)


def test_a_key_that_can_be_guessed_is_warned_of_and_not_shown(capsys):
    load_settings(keys="fd3a2c1be0975846fd3a,0123456789abcdef")
    said = capsys.readouterr().err
    assert said.startswith("headwater: warning: keys: key 2 contains a run such as 0123456789")
    assert "abcdef" not in said


@pytest.mark.parametrize(
    "key", ["a-long-enough-key-12", "key-of-the-shop-1234", "k7Yq0Zr5TtWb1NcX", "first-key-of-shop"]
)
def test_a_plain_key_is_taken_without_a_word(key, capsys):
    load_settings(keys=key)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("HEADWATER_VISITOR_MAX", "did you mean visitors_max (HEADWATER_VISITORS_MAX)?"),
        ("HEADWATER_ITEM_MAX", "did you mean items_max (HEADWATER_ITEMS_MAX)?"),
        ("HEADWATER_REWARD", "did you mean rewards (HEADWATER_REWARDS)?"),
        ("headwater_redis_uri", "did you mean redis_url (HEADWATER_REDIS_URL)?"),
        ("HEADWATER_COLOUR", "HEADWATER_COLOUR: there is no such setting"),
    ],
)
def test_a_misspelt_variable_is_warned_of_without_its_value(variable, says, monkeypatch, capsys):
    """R28."""
    monkeypatch.setenv(variable, "s3cret")
    load_settings()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith(f"headwater: warning: {variable.upper()}: ")
    assert says in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    "variable",
    [
        "HEADWATER_KEY", "HEADWATER_TARGET", "HEADWATER_CA_FILE", "HEADWATER_SHOP_DIR",
        "HEADWATER_SERVICE_HOST", "HEADWATER_SERVICE_PORT_GRPC", "HEADWATER_PORT",
        "HEADWATER_PORT_50051_TCP_ADDR", "HEADWATER_GATEWAY_SERVICE_HOST", "HEADWATER_TEST_X",
        "OTHER_VISITOR_MAX",
    ],
)  # fmt: skip
def test_variables_of_other_programs_are_no_mistake(variable, monkeypatch):
    monkeypatch.setenv(variable, "x")
    settings, _ = load_with_sources()
    assert settings.warnings == ()


def test_an_unknown_name_in_the_file_is_refused_with_the_near_one(tmp_path):
    (tmp_path / "headwater.toml").write_text("visitor_max = 7\n")
    with pytest.raises(BadSettings, match=r"visitor_max: there is no such.*mean visitors_max\?"):
        load_settings()

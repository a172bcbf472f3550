"""Settings: one flat name each; flags beat the environment, which beats the file."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from headwater_server.settings import ENGINE, PARTS, load_settings
from headwater_server.settings_checks import BadSettings, check_exposure
from headwater_server.storage.settings import Durability


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no headwater.toml of the developer's


def test_no_two_parts_share_a_name():
    names = Counter(setting.name for part in PARTS.values() for setting in fields(part))
    assert [name for name, count in names.items() if count > 1] == []


def test_every_setting_says_what_it_is_for():
    for part in PARTS.values():
        for setting in fields(part):
            assert setting.metadata["help"], setting.name


def test_the_defaults_are_the_parts_own():
    settings = load_settings()
    assert settings.engine == PARTS[ENGINE]()
    assert settings.place.redis_url is None


def test_flags_beat_the_environment_which_beats_the_file(monkeypatch):
    Path("headwater.toml").write_text("seed = 1\nitems_max = 10\nvisitors_max = 100\n")
    monkeypatch.setenv("HEADWATER_ITEMS_MAX", "20")
    monkeypatch.setenv("HEADWATER_VISITORS_MAX", "200")
    engine = load_settings(visitors_max="300").engine
    assert (engine.seed, engine.items_max, engine.visitors_max) == (1, 20, 300)


def test_blanks_around_a_variable_do_not_count(monkeypatch):
    """A secret's file and a line of an env file often end with a newline."""
    monkeypatch.setenv("HEADWATER_REDIS_URL", "redis://store:6379/0\r\n")
    monkeypatch.setenv("HEADWATER_LISTEN", " 127.0.0.1:50051 ")
    monkeypatch.setenv("HEADWATER_CATALOGUE", "shoes\n")
    settings = load_settings()
    assert settings.place.redis_url == "redis://store:6379/0"
    assert (settings.api.listen, settings.storage.catalogue) == ("127.0.0.1:50051", "shoes")


def test_the_file_may_have_another_name(monkeypatch):
    Path("shop.toml").write_text('durability = "always"\nlisten = "0.0.0.0:1"\n')
    monkeypatch.setenv("HEADWATER_SETTINGS", "shop.toml")
    settings = load_settings()
    assert settings.storage.durability is Durability.ALWAYS
    assert settings.api.listen == "0.0.0.0:1"


def test_rewards_are_added_to_the_default_ones_under_their_full_names(monkeypatch):
    monkeypatch.setenv("HEADWATER_REWARDS", '{"wish": 0.4, "view": 0.1}')
    rewards = load_settings().engine.rewards
    assert (rewards["wish"], rewards["detail-page-view"]) == (0.4, 0.1)
    assert rewards["click"] == 0.3
    assert "view" not in rewards


@pytest.mark.parametrize("given", ["content, next", '["next", "content"]', ["content", "next"]])
def test_what_is_left_out_is_given_as_names_or_as_a_list(given):
    assert load_settings(without=given).engine.without == ("next", "content")


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"listen": "50051"}, "listen = '50051': write host:port"),
        ({"listen": "a:99999"}, "a port is at most 65535"),
        ({"redis_url": "localhost"}, "redis_url = 'localhost': write redis://"),
        ({"log": "kafka://a/shop"}, "each broker needs its port"),
        ({"log": "kafka://u:secret@a:1/shop?x=1"}, r"kafka://\*\*\*@a:1.*the options behind"),
        ({"snapshots": "s3:/bucket"}, "snapshots = 's3:/bucket': write file:///directory"),
        ({"workers": 0}, "workers = 0: must lie between 1 and 128"),
        ({"durability": "never"}, "durability = 'never'.*'always' or 'everysec'"),
        ({"catalogue": "a{b}"}, "catalogue"),
        ({"seed": "seven"}, "seed = 'seven'"),
        ({"exploration_epsilon": "1.5"}, "exploration_epsilon = '1.5': must lie between 0 and 1"),
        ({"session_gap_minutes": "nan"}, "session_gap_minutes = 'nan': must be a finite number"),
        ({"items_max": 0}, "items_max = 0: must be greater than 0"),
        ({"rewards": '{"view": "much"}'}, "rewards"),
        ({"rewards": "{"}, "rewards"),
        ({"exploration_policy": "ucb"}, "write plackett_luce or thompson"),
        ({"ranker": "mag ic"}, "ranker = 'mag ic': write listwise, river:"),
        ({"ranker": "listwise(rate=9)"}, "ranker: rate must be a number from 0 to 1"),
        ({"rankers": '{"a": "listwise(sped=1)"}'}, "rankers.a: listwise has no sped; rate, layer"),
        ({"rankers": '{"champion": "listwise"}'}, "rankers: the name champion is taken"),
        ({"rankers": '{"a": 3}'}, "rankers = "),
        ({"rankers": "fast"}, "rankers = 'fast'"),
        ({"rankers": dict.fromkeys("abc", "listwise")}, "rankers: are 3, at most 2 learn"),
        ({"without": "next,nonsense"}, "without = .*there is no nonsense: write any of next"),
        ({"sead": 1}, "sead: there is no such setting; did you mean seed"),
        ({"redis_url": "redis://a", "data_dir": "b"}, "exclude each other"),
    ],
)
def test_a_bad_setting_is_named_with_the_fix(flags, says):
    with pytest.raises(BadSettings, match=says):
        load_settings(**flags)


def test_a_bad_file_is_named(monkeypatch):
    Path("headwater.toml").write_text("seed =\n")
    with pytest.raises(BadSettings, match=r"headwater\.toml: .*line 1"):
        load_settings()
    monkeypatch.setenv("HEADWATER_SETTINGS", "gone.toml")
    with pytest.raises(BadSettings, match=r"HEADWATER_SETTINGS: there is no file gone\.toml"):
        load_settings()


def test_other_programs_variables_are_left_alone(monkeypatch):
    monkeypatch.setenv("HEADWATER_SERVICE_HOST", "10.0.0.1")  # Kubernetes sets such
    load_settings()


@pytest.mark.parametrize(
    "keys", ["short", "a-long-enough-key-12,short", "with a blank in it 123", ","]
)
def test_a_bad_key_is_refused_and_never_shown(keys):
    with pytest.raises(BadSettings, match="each key is 16 to 128") as caught:
        load_settings(keys=keys)
    assert keys not in str(caught.value).split(":")[0]
    assert "short" not in str(caught.value)


def test_keys_come_from_the_environment_and_stay_out_of_what_is_printed(monkeypatch):
    monkeypatch.setenv("HEADWATER_KEYS", "first-key-of-the-shop, second-key-of-the-shop")
    settings = load_settings()
    keys = [access.key for access in settings.api.accesses]
    assert keys == [b"first-key-of-the-shop", b"second-key-of-the-shop"]
    assert "key-of-the-shop" not in repr(settings)
    assert "key-of-the-shop" not in repr(settings.api.accesses)


def test_pages_have_keys_of_their_own_beside_those_of_the_backends():
    keys, page_keys = "key-of-the-backend", "key-of-the-page-0123;scopes=feedback+recommend"
    of_backend, of_page = load_settings(keys=keys, page_keys=page_keys).api.accesses
    assert (of_backend.is_page, of_page.is_page) == (False, True)
    assert of_page.scopes == {"feedback", "recommend"}
    with pytest.raises(BadSettings, match="set HEADWATER_KEYS, too"):
        load_settings(page_keys=page_keys)
    with pytest.raises(BadSettings, match="twice"):
        load_settings(keys=keys, page_keys=keys)
    with pytest.raises(BadSettings, match=r"^page_keys: a page's key has no scope") as caught:
        load_settings(keys=keys, page_keys="key-of-the-page-0123;scopes=users")
    assert "key-of-the-page" not in str(caught.value)


@pytest.mark.parametrize("address", ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "shop.example:1", "*:1"])
def test_beyond_this_machine_a_key_is_needed(address):
    with pytest.raises(BadSettings, match="set HEADWATER_KEYS"):
        check_exposure([address], has_keys=False, insecure=False)
    check_exposure([address], has_keys=True, insecure=False)
    check_exposure([address], has_keys=False, insecure=True)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1", None])
def test_on_this_machine_none_is(address):
    check_exposure([address], has_keys=False, insecure=False)

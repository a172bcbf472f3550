"""`@PATH` instead of a secret: the file is read, and nothing of it appears in an error."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings
from headwater_server.settings_secrets import BYTES_MAX, FROM_FILES

KEYS = ("b9fd4321c0606537df13d0871b5a0d98", "b3a820806b9011bdde6f5c73960f6a95")
URL = "redis://:Secret0fTheStore@store:6379/0"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(tmp_path, content: bytes) -> str:
    (tmp_path / "secret").write_bytes(content)
    return f"@{tmp_path / 'secret'}"


@pytest.mark.parametrize("between", ["\n", ",\n", ",", "\r\n\n  "])
def test_keys_are_read_one_a_line_or_with_commas(tmp_path, between):
    content = between.join((KEYS[0], f"{KEYS[1]};scopes=read")) + "\n"
    api = load_settings(keys=written(tmp_path, content.encode())).api
    assert [access.key.decode() for access in api.accesses] == list(KEYS)
    assert api.accesses[1].scopes == {"read"}


def test_a_flag_a_variable_and_the_settings_file_can_name_a_file(tmp_path, monkeypatch):
    place = written(tmp_path, f"{URL}\n".encode())
    assert load_settings(redis_url=place).place.redis_url == URL
    monkeypatch.setenv("HEADWATER_REDIS_URL", place)
    assert load_settings().place.redis_url == URL
    monkeypatch.delenv("HEADWATER_REDIS_URL")
    (tmp_path / "headwater.toml").write_text(f'redis_url = "{place}"\n')
    assert load_settings().place.redis_url == URL


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b" \n\n", "the file is empty"),
        (b"Secret\xff", "the file is not text"),
        (b"S" * (BYTES_MAX + 1), f"the file has more than {BYTES_MAX} bytes"),
    ],
)
@pytest.mark.parametrize("name", sorted(FROM_FILES))
def test_a_file_that_cannot_be_is_refused_by_the_name_of_the_setting(tmp_path, name, content, says):
    with pytest.raises(BadSettings) as refused:
        load_settings(**{name: written(tmp_path, content)})
    assert str(refused.value).startswith(f"{name} = @{tmp_path}")
    assert says in str(refused.value)
    assert "Secret" not in str(refused.value)


def test_what_is_wrong_in_a_file_is_refused_as_in_a_variable_and_not_shown(tmp_path):
    with pytest.raises(BadSettings) as refused:
        load_settings(redis_url=written(tmp_path, f"{URL}\n{URL}\n".encode()))
    assert "the file has 2 lines, one was expected" in str(refused.value)
    with pytest.raises(BadSettings) as refused:
        load_settings(redis_url=written(tmp_path, b"valkey://:Secret0fTheStore@store:6379/0"))
    assert "Secret0" not in str(refused.value)
    with pytest.raises(BadSettings) as refused:
        load_settings(keys=written(tmp_path, b"Short"))
    assert "Short" not in str(refused.value)


def test_there_is_no_such_file_or_it_is_a_directory(tmp_path):
    for path, says in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(BadSettings, match=says):
            load_settings(keys=f"@{path}")


def test_the_key_of_a_command_can_be_in_a_file_too(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADWATER_KEY", f"@{tmp_path / 'none'}")
    done = CliRunner().invoke(commands, ["digest", "--target", "127.0.0.1:1"])
    assert done.exit_code == 2
    assert "No such file" in " ".join(done.output.split())
    monkeypatch.setenv("HEADWATER_KEY", written(tmp_path, KEYS[0].encode()))
    done = CliRunner().invoke(commands, ["digest", "--target", "127.0.0.1:1"])
    assert done.exit_code == 1, "the key was read, and nobody answered"


def test_effective_settings_show_no_secret_of_a_file(tmp_path):
    place = written(tmp_path, "\n".join(KEYS).encode())
    done = CliRunner().invoke(commands, ["settings", "--effective", "--keys", place])
    assert done.exit_code == 0
    assert KEYS[0] not in done.output

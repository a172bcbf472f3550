"""Where settings come from: a TOML file, the environment, and flags. The later one wins."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from headwater_server.settings_checks import BadSettings

PREFIX = "HEADWATER_"
FILE_VARIABLE = "HEADWATER_SETTINGS"
FILE_DEFAULT = "headwater.toml"
OTHERS = {
    f"{PREFIX}{name}"
    for name in (
        "CA_FILE", "ID_SALT", "KAFKA_PASSWORD", "KAFKA_USER", "KEY", "PAGE_KEY",
        "READ_KEY", "RECOMMENDATION_ID", "SETTINGS", "SHOP_DIR",
        "SHOP_PAGE_KEY", "TARGET", "THOROUGH", "VERSION",
    )
}  # fmt: skip
"""Variables of our other commands, clients, images and examples."""

FOREIGN = re.compile(
    r"_SERVICE_(HOST|PORT)|_PORT(_\d+_(TCP|UDP|SCTP).*)?$"  # Kubernetes sets such for a service
    r"|^HEADWATER_(TEST|SEEDS|SEED_FIRST|SIM|SOAK)(_|$)"
)


class Given(NamedTuple):
    """A value that is not checked yet, and where it comes from."""

    value: Any
    source: str


def read_sources(names: Collection[str], flags: Mapping[str, Any]) -> dict[str, Given]:
    """Return what is set, by name. Raises `BadSettings` for names that do not exist."""
    path = _settings_file()
    # a secret's file and a line of an env file often end with a newline
    variables = {variable.upper(): value.strip() for variable, value in os.environ.items()}
    given = {name: Given(value, path.name) for name, value in _table(path).items()}
    for name in names:
        if (value := variables.get(f"{PREFIX}{name.upper()}")) is not None:
            given[name] = Given(None if value == "none" else value, "environment")
    given |= {name: Given(value, "flag") for name, value in flags.items()}
    for name in given.keys() - set(names):
        raise BadSettings(f"{name}: there is no such setting{did_you_mean(name, names)}")
    return given


def did_you_mean(name: str, names: Collection[str]) -> str:
    """Return a hint at the name that is nearest, "" if none is near.

    >>> did_you_mean("rewardz", ["rewards", "seed"])
    '; did you mean rewards?'
    """
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def odd_variables(names: Collection[str]) -> list[str]:
    """Return a warning for each variable that looks like a setting and is none.

    A value is never shown: it may be a key. It is no error, since others may use our prefix.
    """
    known = {f"{PREFIX}{name.upper()}" for name in names} | OTHERS
    odd = sorted(
        variable
        for variable in map(str.upper, os.environ)
        if variable.startswith(PREFIX) and variable not in known and not FOREIGN.search(variable)
    )
    return [f"{variable}: there is no such setting{_near(variable, names)}" for variable in odd]


def _near(variable: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(variable.removeprefix(PREFIX).lower(), names, n=1, cutoff=0.75)
    return f"; did you mean {near[0]} ({PREFIX}{near[0].upper()})?" if near else ""


def _settings_file() -> Path:
    """Return the path of the TOML file: the named one, else headwater.toml in this directory."""
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise BadSettings(f"{FILE_VARIABLE}: there is no file {named}")
    return Path(named or FILE_DEFAULT)


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's table, also of one with a byte order mark. Raises `BadSettings`."""
    try:
        return _parsed(path)
    except FileNotFoundError:
        raise BadSettings(f"{path}: there is no such file") from None


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadSettings(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path}: is not TOML: save it as UTF-8") from None
    except RecursionError:
        raise BadSettings(f"{path}: is not TOML: it is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: is not TOML: {error}") from None


def _table(path: Path) -> dict[str, Any]:
    """Return the settings file's table; no file: no settings."""
    try:
        return _parsed(path)
    except FileNotFoundError:
        return {}


def as_environment(*parts: Any) -> dict[str, str]:
    """Return what differs from the defaults as variables, for a command in a process of its own.

    >>> from headwater_server.storage.settings import StorageSettings
    >>> as_environment(StorageSettings(catalogue="shoes"))
    {'HEADWATER_CATALOGUE': 'shoes'}
    """
    return {
        f"{PREFIX}{one.name.upper()}": str(getattr(value, "value", value))
        for part in parts
        for one in fields(part)
        if (value := getattr(part, one.name)) != one.default and value is not None
    }

"""The allowed values of each setting. An error names the setting and says what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter, ValidationError

from headwater_server.api.access.access import Access, check_accesses
from headwater_server.api.access.key_entries import accesses
from headwater_server.engine.ablation import REMOVABLE
from headwater_server.engine.setting_values.event_types import ALIASES, DEFAULT_REWARDS
from headwater_server.engine.setting_values.rankers import LISTWISE, check_rankers, rates_of
from headwater_server.gateway.addresses import is_loopback
from headwater_server.settings_ranges import number_problem, table_problem
from headwater_server.settings_rules import read_rules, repeated_name
from headwater_server.settings_secrets import FROM_FILES, from_file
from headwater_server.settings_texts import (
    event_type_problem,
    guessable,
    placeholder,
    secret_problem,
    text_problem,
)
from headwater_server.sources.asked import plain_sources
from headwater_server.storage.redis.url import shown_url


class BadSettings(ValueError):
    """A setting cannot be used; the text names it and says how to fix it."""


SECRETS = {"keys", "page_keys", "oidc_client_secret"}  # never shown, not even in an error
RANKERS = "ranker", "rankers"
OWN_RANKERS = "headwater.rankers"  # entry points, as `models.own_code` has it, which needs numba
PASSWORD = re.compile(r"(?<=://)\S*(?=@)")
IN_QUERY = re.compile(r"(?<=password=)[^&\s\"']*")


def checked(name: str, kind: Any, value: object) -> Any:
    """Return ``value`` as ``kind``. Raises `BadSettings`.

    >>> checked("seed", int, "7")
    7
    >>> checked("workers", int, 0)
    Traceback (most recent call last):
    ...
    headwater_server.settings_checks.BadSettings: workers = 0: must lie between 1 and 128
    """
    try:
        if name == "rules":
            return read_rules(value)
        if name == "sources":
            return plain_sources(value)
        if name in FROM_FILES and isinstance(value, str):
            value = from_file(name, value)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    if value == "" and "Path" in str(kind):
        raise BadSettings(f"{name} is empty: write a path, or do not set it")
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    if isinstance(value, str) and str(kind).startswith("tuple") and not value.startswith("["):
        value = tuple(part.strip() for part in value.split(",") if part.strip())
    as_json = isinstance(value, str) and str(kind).startswith(("dict", "tuple"))
    if as_json and (twice := repeated_name(str(value))):
        raise BadSettings(f"{_shown(name, value)}: {twice} is there twice; write it once")
    try:
        result = adapter.validate_json(str(value)) if as_json else adapter.validate_python(value)
    except ValidationError as error:
        raise BadSettings(f"{_shown(name, value)}: {error.errors()[0]['msg']}") from None
    problem = _problem(name, result)
    if problem:
        raise BadSettings(f"{_shown(name, value)}: {problem}")
    if name in RANKERS:
        _check_rankers(name, result)
    return _full_rewards(result) if name == "rewards" else result


def _check_rankers(name: str, value: Any) -> None:
    try:
        if name == "ranker":
            rates_of(value)
        else:
            check_rankers(value)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    for one, text in value.items() if name == "rankers" else ():
        if problem := text_problem("ranker", text) or _not_installed(text):
            raise BadSettings(f"rankers.{one} = {text!r}: {problem}")


def _not_installed(text: str) -> str:
    """Return what is wrong with the name of an entry point, "" for any other text."""
    if text == LISTWISE or any(sign in text for sign in ":("):
        return ""
    known = sorted(one.name for one in entry_points(group=OWN_RANKERS))
    if text in known:
        return ""
    return f"no installed package names it; {', '.join([LISTWISE, *known])} are known by name"


def _shown(name: str, value: object) -> str:
    return name if name in SECRETS else f"{name} = {without_secrets(name, repr(value))}"


def without_secrets(name: str, shown: str) -> str:
    """Return the text of a setting's value with secrets as ***.

    >>> without_secrets("redis_url", "redis://shop:secret@store:6379/0")
    'redis://***@store:6379/0'
    >>> without_secrets("log", "kafka://shop:secret@a:9092,b:9092/log")
    'kafka://***@a:9092,b:9092/log'
    """
    if name in SECRETS and shown != "not set":
        return "***"
    if name == "redis_url":
        return shown_url(shown)
    return IN_QUERY.sub("***", PASSWORD.sub("***", shown))


def _full_rewards(rewards: dict[str, float]) -> dict[str, float]:
    """Add the given rewards to the default ones, under full names."""
    return DEFAULT_REWARDS | {ALIASES.get(name, name): value for name, value in rewards.items()}


def _problem(name: str, value: object) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return number_problem(name, value)
    if isinstance(value, SecretStr) and name == "oidc_client_secret":
        return secret_problem(value.get_secret_value())
    if isinstance(value, SecretStr):
        return _keys_problem(value.get_secret_value(), is_page=name == "page_keys")
    if name == "without" and isinstance(value, tuple):
        unknown = ", ".join(sorted(set(value) - set(REMOVABLE)))
        return f"there is no {unknown}: write any of {', '.join(REMOVABLE)}" if unknown else ""
    if isinstance(value, tuple):
        problems = (f"{one!r}: {fix}" for one in value if (fix := text_problem(name, str(one))))
        return next(problems, "")
    if name in RANKERS and isinstance(value, dict):
        return ""  # all of it is checked together
    if isinstance(value, dict):
        return event_type_problem(list(value)) or table_problem(name, value)
    return text_problem(name, str(value))


def _keys_problem(text: str, *, is_page: bool) -> str:
    try:
        found = accesses(text, is_page=is_page)
    except ValueError as error:
        return str(error)
    place = placeholder([access.key.decode() for access in found])
    if place is None:
        return ""
    return f"key {place + 1} is a placeholder: openssl rand -hex 24 makes a real one"


def check_together(redis_url: str | None, data_dir: Path | None) -> None:
    """Refuse two places at once. Raises `BadSettings`."""
    if redis_url and data_dir:
        raise BadSettings("redis_url and data_dir exclude each other: set only one of them")


def check_keys(found: Sequence[Access]) -> None:
    """Refuse keys that contradict each other. Raises `BadSettings`."""
    if any(access.is_page for access in found) and all(access.is_page for access in found):
        raise BadSettings(
            "page_keys are set, but keys are not: set HEADWATER_KEYS, too (openssl rand -hex 24), "
            "for your backends; without it nobody can write the catalogue"
        )
    try:
        check_accesses(found)
    except ValueError as error:
        raise BadSettings(str(error)) from None


def key_warnings(found: Sequence[Access]) -> list[str]:
    """Return which keys can be guessed; their text is not shown.

    >>> key_warnings([Access(b"pk-0123456789abcdef", is_page=True)])
    ['page_keys: key 1 contains a run such as 0123456789: openssl rand -hex 24 makes a random one']
    """
    fix = "contains a run such as 0123456789: openssl rand -hex 24 makes a random one"
    of = {"keys": [a for a in found if not a.is_page], "page_keys": [a for a in found if a.is_page]}
    return [
        f"{name}: key {place + 1} {fix}"
        for name, some in of.items()
        for place in guessable([access.key.decode() for access in some])
    ]


def check_exposure(addresses: Iterable[str | None], *, has_keys: bool, insecure: bool) -> None:
    """Refuse an address that other machines can reach without a key. Raises `BadSettings`.

    >>> check_exposure(["127.0.0.1:50051", None], has_keys=False, insecure=False)
    """
    for address in addresses:
        if address and not (has_keys or insecure or is_loopback(address.rpartition(":")[0])):
            raise BadSettings(
                f"other machines can reach {address}, and no key is set: set HEADWATER_KEYS "
                "(openssl rand -hex 24 makes one), listen on 127.0.0.1, or give --insecure if "
                "only your own private network can reach it"
            )

"""Personalizer's learning settings as our promoted policies: settings that change answers only."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from headwater import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.personalizer.errors import AdapterError, bad_request
from headwater_server.personalizer.server_client import ServerClient

INVALID = "InvalidPolicyContract"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
ARGUMENTS_CHARS_MAX = 1_024
NUMBER_MAX, DEPTH_MAX = 1e300, 16
NONE = "settings"
EXPLORATIONS = ("exploration_epsilon", "exploration_bandit_epsilon")  # of lists, of one of few
EXPLORATION_POLICY = "personalizer-exploration"
BANDIT = "exploration_bandit"
DEFAULTS = EngineSettings()
EXAMPLE = 'such as exploration_epsilon = 0.1, or {"exploration_epsilon": 0.1}'


async def current(server: ServerClient, key: str) -> dict[str, str]:
    """Return the policy that is in force, in Personalizer's form."""
    found = await server.policies(key)
    if not found.promotions:
        return {"name": NONE, "arguments": ""}
    last = found.promotions[-1]
    return {"name": last.policy_id, "arguments": toml_of(dict(sorted(last.overrides.items())))}


@dataclass(frozen=True)
class Exploration:
    """The shares of random answers in force: of lists, and of one of few actions."""

    of_lists: float
    of_few: float
    few_are_lists: bool = False

    @property
    def shown(self) -> float:
        """The share of the calls of Personalizer: each asks for one of few actions."""
        return self.of_lists if self.few_are_lists else self.of_few

    @property
    def setting(self) -> str:
        """The setting that has the share shown; that of the shop's other lists stays."""
        return EXPLORATIONS[0 if self.few_are_lists else 1]


async def exploration(server: ServerClient, key: str) -> Exploration:
    """Return the shares in force: of the settings, and of the policies over them."""
    named = await server.settings(key)  # the log leaves defaults out
    for promotion in (await server.policies(key)).promotions:
        named = {**named, **promotion.overrides}
    lists, few = (float(named.get(name, getattr(DEFAULTS, name))) for name in EXPLORATIONS)
    return Exploration(lists, few, named.get(BANDIT, DEFAULTS.exploration_bandit) == "off")


async def explore(server: ServerClient, key: str, policy: dict[str, float], reason: str) -> None:
    """Promote a policy with these overrides. One of an earlier call is replaced, if it is the last.

    A policy that is promoted cannot be written again, and few policies can be kept: so the last one
    is rolled back first, and another name is taken only if one of ours lies below others.
    """
    names = [one.policy_id for one in (await server.policies(key)).promotions]
    if names and names[-1].startswith(EXPLORATION_POLICY):
        await server.roll_back(key, names.pop(), reason)
    free = (f"{EXPLORATION_POLICY}-{number}" for number in count(2))
    name = next(one for one in chain([EXPLORATION_POLICY], free) if one not in names)
    await server.promote(key, Policy(name, policy), reason)


def contract_of(given: Any, where: str = "") -> Policy:
    """Return the policy of a contract with name and arguments. Raises `AdapterError`."""
    if not isinstance(given, dict):
        raise bad_request(INVALID, f"{where or 'the body'}: must be an object, name and arguments")
    name, arguments = given.get("name"), given.get("arguments", "")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise bad_request(INVALID, f"{where}name: write 1 to 64 letters, digits, dots or dashes")
    if not isinstance(arguments, str) or len(arguments) > ARGUMENTS_CHARS_MAX:
        raise bad_request(
            INVALID, f"{where}arguments: must be a text of at most {ARGUMENTS_CHARS_MAX} characters"
        )
    return Policy(name, _overrides(arguments, f"{where}arguments"))


def _overrides(arguments: str, where: str) -> dict[str, Any]:
    """Return the settings that a text names, as TOML or JSON."""
    if arguments.lstrip().startswith("--"):
        text = f"{where}: flags of Vowpal Wabbit mean nothing here; write our settings, {EXAMPLE}"
        raise bad_request(INVALID, text)
    try:
        is_json = arguments.lstrip().startswith("{")
        found = json.loads(arguments) if is_json else tomllib.loads(arguments)
    except (ValueError, RecursionError):
        raise _not_settings(where) from None
    if not isinstance(found, dict):
        raise _not_settings(where)
    for name, value in found.items():
        if not (_is_unicode(name) and _can_be_set(value)):
            text = (
                f"{name[:64]!r} has no value of a setting: write texts, finite numbers, true, false"
            )
            raise bad_request(INVALID, f"{where}: {text}")
    return found


def _can_be_set(value: Any, depth: int = 0) -> bool:
    """Return whether a setting can have the value: TOML has dates as well, and JSON has NaN."""
    if depth > DEPTH_MAX:
        return False
    if isinstance(value, dict):
        return all(_is_unicode(n) and _can_be_set(one, depth + 1) for n, one in value.items())
    if isinstance(value, list):
        return all(_can_be_set(one, depth + 1) for one in value)
    if isinstance(value, str):
        return _is_unicode(value)
    return isinstance(value, bool | int | float) and abs(value) <= NUMBER_MAX


def _is_unicode(text: str) -> bool:
    """Return whether a text has no half of a character, as JSON within JSON may have."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _not_settings(where: str) -> AdapterError:
    return bad_request(INVALID, f"{where}: are no settings; write TOML or JSON, {EXAMPLE}")


def toml_of(settings: dict[str, Any]) -> str:
    r"""Return settings as lines of TOML; tables as JSON in one line, which TOML reads as well.

    >>> toml_of({"exploration_epsilon": 0.1, "exploration_policy": "plackett_luce"})
    'exploration_epsilon = 0.1\nexploration_policy = "plackett_luce"'
    """
    return "\n".join(f"{name} = {_value(value)}" for name, value in settings.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)

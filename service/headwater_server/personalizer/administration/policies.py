"""Personalizer's learning settings as our promoted policies: settings that change answers only."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from headwater import Policy
from headwater_server.personalizer.errors import AdapterError, bad_request
from headwater_server.personalizer.server_client import ServerClient

INVALID = "InvalidPolicyContract"
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
ARGUMENTS_CHARS_MAX = 1_024
NONE = "settings"
EXPLORATION = "exploration_epsilon"
EXPLORATIONS = (EXPLORATION, "exploration_bandit_epsilon")  # of lists, and of one of few actions
EXAMPLE = 'such as exploration_epsilon = 0.1, or {"exploration_epsilon": 0.1}'


async def current(server: ServerClient, key: str) -> dict[str, str]:
    """Return the policy that is in force, in Personalizer's form."""
    found = await server.policies(key)
    if not found.promotions:
        return {"name": NONE, "arguments": ""}
    last = found.promotions[-1]
    return {"name": last.policy_id, "arguments": toml_of(dict(last.overrides))}


async def exploration(server: ServerClient, key: str) -> float:
    """Return the share of random answers in force: of the settings, and the policies over them."""
    share = (await server.settings(key)).get(EXPLORATION, 0.0)
    for promotion in (await server.policies(key)).promotions:
        share = promotion.overrides.get(EXPLORATION, share)
    return float(share)


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
    return found


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

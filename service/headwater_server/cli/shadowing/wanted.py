"""The policy of a shadow: of the log, of a file, or of flags."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from headwater_server.cli.evaluating.wanted import SUFFIX, read_policies, wanted_policy
from headwater_server.engine.policies.policy import BASELINES, Policy
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.settings_checks import BadSettings

NAME = re.compile(r"[A-Za-z0-9_.-]{1,57}")
REPORT = ".shadow"
"""The end of its report's name: an evaluation of the same policy keeps its own."""


def shadowed(
    policy: str | None, values: Sequence[str], name: str | None, on_log: Mapping[str, Policy]
) -> Wanted:
    """Return the policy with the values of --set over its own. Raises `BadSettings`."""
    given = dict(map(_value, values))
    if policy is None:
        return _only_values(name, given)
    if policy == "champion":
        raise BadSettings("--policy champion: leave it out, and give --set and --name")
    (found,) = read_policies([policy], on_log)
    if given and policy in BASELINES:
        raise BadSettings(f"--set: {policy} is a baseline, which has no settings of its own")
    if not given and name is None:
        return found
    return _named(name or found.name, {**found.settings, **given}, found)


def check_early(policy: str | None, values: Sequence[str], name: str | None) -> None:
    """Refuse what can be refused before the log is read. Raises `BadSettings`."""
    if name is not None and (not NAME.fullmatch(name) or name in (*BASELINES, "champion")):
        raise BadSettings(f"--name {name[:80]}: write 1 to 57 of A-Z a-z 0-9 _ . - (no baseline)")
    if policy is None or policy.endswith(SUFFIX):
        shadowed(policy, values, name, {})
    else:
        dict(map(_value, values))


def _only_values(name: str | None, given: dict[str, Any]) -> Wanted:
    if not given:
        raise BadSettings("give --policy with a policy or a file, or --set NAME=VALUE with --name")
    if name is None:
        raise BadSettings("--set without --policy: give the shadow a name with --name")
    return _named(name, given, None)


def _named(name: str, values: dict[str, Any], found: Wanted | None) -> Wanted:
    if found is not None and found.policy.is_baseline:
        return found
    try:
        return wanted_policy(name, values)
    except ValueError as error:
        raise BadSettings(f"--set: {error}") from None


def _value(given: str) -> tuple[str, Any]:
    name, equals, text = given.partition("=")
    if not equals:
        raise BadSettings(f"--set {given}: write NAME=VALUE, such as ranker=listwise")
    try:
        return name.strip().replace("-", "_"), json.loads(text)
    except json.JSONDecodeError:
        return name.strip().replace("-", "_"), text  # a word, such as low

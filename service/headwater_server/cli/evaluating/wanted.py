"""The policies that are asked about: baselines, names on the log, TOML files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_type_hints

from headwater_server.engine.new_settings.change import check_settings
from headwater_server.engine.policies.policy import ANSWERING, BASELINES, Policy
from headwater_server.engine.setting_values.rankers import LISTWISE
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.models.own_code import RANKERS as OWN_RANKERS
from headwater_server.settings_checks import BadSettings, checked
from headwater_server.settings_sources import did_you_mean, read_toml

SUFFIX = ".toml"


def read_policies(given: Sequence[str], on_log: Mapping[str, Policy]) -> list[Wanted]:
    """Return the policies in order, each once. Raises `BadSettings`.

    A name is that of a baseline or of a policy that the log has; what ends in .toml is a file.
    """
    found = [_file(Path(one)) if one.endswith(SUFFIX) else _named(one, on_log) for one in given]
    for place, one in enumerate(found):
        if one.name in {other.name for other in found[:place]}:
            raise BadSettings(f"--policy {one.name}: given twice; rename one of the files")
    return found


def _named(name: str, on_log: Mapping[str, Policy]) -> Wanted:
    if name in BASELINES:
        return Wanted(Policy(name))
    if name in on_log:
        return Wanted(on_log[name])
    if name == "champion":
        raise BadSettings("--policy champion: it is always beside the others; leave it out")
    known = ", ".join([*BASELINES, *sorted(on_log)])
    raise BadSettings(f"--policy {name}: no such policy; write {known}, or a file NAME{SUFFIX}")


def _file(path: Path) -> Wanted:
    values = read_toml(path)
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", path.stem)[:64]
    if name in (*BASELINES, "champion"):
        raise BadSettings(f"--policy {path}: the name {name} is taken; rename the file")
    try:
        return wanted_policy(name, values)
    except ValueError as error:
        raise BadSettings(f"{path}: {error}") from None


def wanted_policy(name: str, values: Mapping[str, Any]) -> Wanted:
    """Return the policy with these settings. Raises ValueError and `BadSettings`."""
    kinds = get_type_hints(EngineSettings)
    for unknown in values.keys() - kinds.keys():
        hint = did_you_mean(unknown, kinds)
        raise BadSettings(f"{unknown}: there is no such setting of the engine{hint}")
    answering = {key: value for key, value in values.items() if key in ANSWERING}
    if _hides(answering.get("rules")):
        del answering["rules"]  # what is hidden is state
    if is_ranker(answering.get("ranker")):
        del answering["ranker"]  # one that learns in an engine of its own
    others = values.keys() - answering.keys()
    state = {key: checked(key, kinds[key], values[key]) for key in sorted(others)}
    check_settings(replace(EngineSettings(), **state))
    return Wanted(Policy(name, answering), state)


def is_ranker(value: object) -> bool:
    """Whether it says what a ranker is, not the name of one that learns beside the champion.

    >>> is_ranker("listwise(rate=0.06)"), is_ranker("fast")
    (True, False)
    """
    if not isinstance(value, str):
        return False
    is_installed = any(one.name == value for one in entry_points(group=OWN_RANKERS))
    return value == LISTWISE or is_installed or any(sign in value for sign in ":(")


def _hides(rules: object) -> bool:
    return isinstance(rules, list) and any(
        isinstance(rule, dict) and rule.get("kind") == "hide" for rule in rules
    )

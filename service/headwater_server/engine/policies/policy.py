"""A policy: the settings of an answer that differ from those in force, under a name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from headwater_server.engine.policies.ranges import CHOICES, NUMBERS, RANKER, checked_values
from headwater_server.engine.reranking.answer_settings import AnswerSettings, Order
from headwater_server.engine.reranking.rules import (
    Hide,
    Rule,
    hides_after_acts,
    parse_rules,
    plain,
)
from headwater_server.engine.setting_values.rankers import unknown_name
from headwater_server.engine.settings import EngineSettings

ANSWERING = frozenset({*NUMBERS, *CHOICES, RANKER, "rules"})
"""The settings that change answers only: what is learned is the same under any of them."""
BASELINES = ("best", "random", "baseline", "popular")
"""Policies without overrides that evaluation compares with; their ids are reserved.

``best``: no exploration. ``random``: uniform over the allowed candidates. ``baseline``: the
caller's candidates in the order sent. ``popular``: most interactions first.
"""
_BASELINE: dict[str, dict[str, Any]] = {
    "best": {"explore": False},
    "random": {"explore": True},
    "baseline": {"explore": False, "order": Order.GIVEN},
    "popular": {"explore": False, "order": Order.POPULAR},
}
_UNIFORM: dict[str, Any] = {
    "exploration_policy": "plackett_luce",
    "exploration_epsilon": 1.0,
    "exploration_bandit": "off",
}
_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SHADOW = "changes what the state means: use a shadow"


@dataclass(frozen=True)
class Policy:
    """A name and overrides, checked: any of `ANSWERING`, with the values that settings may have.

    The id of one of `BASELINES` is that baseline, and has no overrides. ``rules`` replaces all
    rules in force but those that hide items after an act: what is hidden is state. ``ranker`` is
    the name of one that learns beside the champion.

    Raises
    ------
    ValueError
        With the field, what is wrong with it, and the fix.

    >>> Policy("bold", {"exploration_temperature": 0.4}).canonical()
    '{"overrides":{"exploration_temperature":0.4},"policy_id":"bold"}'
    >>> Policy("other", {"rewards": {"click": 1.0}})
    Traceback (most recent call last):
    ValueError: rewards: changes what the state means: use a shadow
    """

    policy_id: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    _rules: tuple[Rule, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Check all values, and keep them in one canonical form."""
        if not isinstance(self.policy_id, str) or not _ID.fullmatch(self.policy_id):
            raise ValueError("policy_id: write 1 to 64 of A-Z a-z 0-9 _ . -")
        if not isinstance(self.overrides, Mapping):
            raise ValueError("overrides: a table of settings was expected")  # noqa: TRY004
        if self.is_baseline and self.overrides:
            raise ValueError(
                f"policy_id: {self.policy_id} is a baseline, which has no overrides: use another id"
            )
        _check_names(self.overrides)
        values = checked_values({n: v for n, v in self.overrides.items() if n != "rules"})
        if "rules" in self.overrides:
            rules = parse_rules(self.overrides["rules"])
            _check_rules(rules)
            values["rules"] = _as_json(plain(self.overrides["rules"]))
            object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "overrides", MappingProxyType(values))

    def __hash__(self) -> int:
        return hash(self.canonical())

    @property
    def is_baseline(self) -> bool:
        """Whether it is one of `BASELINES`."""
        return self.policy_id in BASELINES

    def canonical(self) -> str:
        """One text for equal policies: JSON with sorted keys."""
        values = {"policy_id": self.policy_id, "overrides": dict(self.overrides)}
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read what `canonical` wrote. Raises ValueError.

        >>> Policy.parse('{"policy_id": "bold", "overrides": {"diversity": "low"}}').overrides
        mappingproxy({'diversity': 'low'})
        """
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"policy: is not JSON: {error}") from None
        if not isinstance(values, dict) or not {"policy_id"} <= set(values):
            raise ValueError("policy: an object with policy_id and overrides was expected")
        if unknown := sorted(set(values) - {"policy_id", "overrides"}):
            raise ValueError(f"policy: there is no {', '.join(unknown)}; policy_id, overrides are")
        return cls(**values)

    def over(self, settings: EngineSettings) -> EngineSettings:
        """Return ``settings`` with the overrides, as a promotion puts them in force.

        Raises ValueError if the rules contradict the hide rules that stay, or if there is no such
        ranker.
        """
        if self.is_baseline:
            raise ValueError(f"policy_id: {self.policy_id} is a baseline, and cannot be promoted")
        if problem := self.lacks(settings):
            raise ValueError(problem)
        values = dict(self.overrides)
        if "rules" in values:
            hides = [rule for rule in settings.rules if hides_after_acts(rule)]
            values["rules"] = [*hides, *values["rules"]]
            parse_rules(values["rules"])
        return replace(settings, **values)

    def lacks(self, settings: EngineSettings) -> str:
        """Return which ranker the policy names that is not there, and the fix; "": none.

        >>> Policy("bold", {"ranker": "fast"}).lacks(EngineSettings())
        "ranker: there is no ranker 'fast'; there is champion (setting rankers)"
        """
        name = self.overrides.get(RANKER)
        return "" if name is None else unknown_name(name, settings.rankers)

    def under(self, in_force: AnswerSettings) -> AnswerSettings:
        """Return the settings of an answer under this policy, over those in force."""
        if self.is_baseline:
            values = _UNIFORM if self.policy_id == "random" else {}
            settings = replace(in_force.settings, **values)
            return replace(in_force, settings=settings, **_BASELINE[self.policy_id])
        values = {name: value for name, value in self.overrides.items() if name != "rules"}
        settings = replace(in_force.settings, **values)
        rules = self._rules if "rules" in self.overrides else in_force.rules
        return replace(in_force, settings=settings, rules=rules)


def _check_names(overrides: Mapping[str, Any]) -> None:
    for name in overrides:
        if name in ANSWERING:
            continue
        if name in EngineSettings.__dataclass_fields__:
            raise ValueError(f"{name}: {_SHADOW}")
        raise ValueError(f"{name}: no policy has it; {', '.join(sorted(ANSWERING))} are possible")


def _check_rules(rules: tuple[Rule, ...]) -> None:
    for place, rule in enumerate(rules):
        if isinstance(rule, Hide):
            where = f'rules[{place}] "{rule.name}"'
            raise ValueError(f"{where}: kind: hide {_SHADOW}")  # noqa: TRY004


def _as_json(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what JSON makes of them: equal policies are equal, whatever wrote them."""
    read: list[dict[str, Any]] = json.loads(json.dumps(rules))
    return read

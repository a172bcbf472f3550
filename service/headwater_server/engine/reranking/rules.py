"""Rules of the shop's editors: pin, boost, bury, cap, hide and diversity.

They are a setting, a list of objects, and reach all replicas through the log: docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from headwater_server.engine.catalogue import filters
from headwater_server.engine.messages.rewards import canonical_type
from headwater_server.engine.reranking.levels import Level
from headwater_server.engine.reranking.rule_values import (
    UNPAIRED,
    BadValueError,
    is_unicode,
    level,
    number,
    texts,
    time_ms,
    whole,
)

RULES_MAX = 200
CONDITIONS_MAX, TEXTS_MAX = 200, 4_000
"""Of all filters together: after a change of the catalogue one request evaluates them all."""
CAPS_MAX = 60
SLOTS_MAX = 100
NAME_CHARS_MAX = 64
_ALWAYS_MS = 2**62


class BadRuleError(ValueError):
    """A rule is not valid; the text names the rule, the field and the problem.

    ``field``: the rule's own field, "" if it is of the rule as a whole or of all together.
    """

    def __init__(self, where: str, problem: str, field: str = "") -> None:
        """Name the rule or what all together are, the problem, and the field that has it."""
        super().__init__(f"{where}: {field}: {problem}" if field else f"{where}: {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What all rules share: a name, the items, the placements (none: all) and the time."""

    name: str
    filter: str = ""
    placements: frozenset[str] = frozenset()
    start_ms: int = -_ALWAYS_MS
    end_ms: int = _ALWAYS_MS

    def holds(self, placement: str, now_ms: int) -> bool:
        """Whether the rule applies there and then."""
        here = not self.placements or placement in self.placements
        return here and self.start_ms <= now_ms < self.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Rule):
    """The first of ``item_ids`` that may be shown gets ``slot``; none: the best that pass."""

    slot: int
    item_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost(Rule):
    """``by`` is added to the score, and the odds are multiplied by ``times``."""

    by: float = 0.0
    times: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bury(Rule):
    """``by`` is taken from the score, and the odds are divided by ``times``."""

    by: float = 0.0
    times: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Rule):
    """At most ``most`` items that pass, or that pass and have the same value in ``field``."""

    most: int
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOut(Cap):
    """No item that passes is in a list: a rule of the kind hide without ``event_types``."""

    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hide(Rule):
    """An item that passes is left out ``days`` after its visitor did one of ``event_types``."""

    days: float
    event_types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversify(Rule):
    """The level of diversity of requests that name none."""

    level: Level


@dataclass(frozen=True, slots=True)
class _Kind:
    """The schema of a kind of rule: its fields, and which of them are required."""

    make: type[Rule]
    fields: Mapping[str, Callable[[Any], Any]]
    needs: tuple[str, ...] = ()
    needs_one_of: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


_STRENGTH = {"by": number(0.0, 1e6, above=True), "times": number(1.0, 1e6, above=True)}
_COMMON: Mapping[str, Callable[[Any], Any]] = {
    "placements": lambda value: frozenset(texts(value)),
    "start": time_ms,
    "end": time_ms,
}
_STORED = {"start": "start_ms", "end": "end_ms"}
_PIN = {"slot": whole(1, SLOTS_MAX), "item_ids": texts}
_CAP = {"most": whole(0, SLOTS_MAX), "field": lambda value: texts([value])[0]}
_HIDE = {
    "days": number(0.0, 36_500.0),
    "event_types": lambda value: tuple(canonical_type(text) for text in texts(value)),
}
KINDS: dict[str, _Kind] = {
    "pin": _Kind(Pin, _PIN, ("slot",), ("item_ids", "filter")),
    "boost": _Kind(Boost, _STRENGTH, ("filter",), ("by", "times")),
    "bury": _Kind(Bury, _STRENGTH, ("filter",), ("by", "times")),
    "cap": _Kind(Cap, _CAP, ("most",), ("field", "filter")),
    "hide": _Kind(Hide, _HIDE, ("days", "event_types"), lacks=("placements",)),
    "diversity": _Kind(Diversify, {"level": level}, ("level",), lacks=("filter",)),
}
_LEAVE_OUT = _Kind(LeaveOut, _HIDE, ("filter",))
"""Of the kind hide, without the fields of an act: always, and at some placements if they say."""


def parse_rules(values: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return the rules that a setting's objects describe, in their order.

    Raises
    ------
    BadRuleError
        With the rule, the field, and for a filter the position of the error.

    >>> parse_rules([{"name": "tea first", "kind": "pin", "slot": 1, "item_ids": ["tea"]}])[0].slot
    1
    >>> parse_rules([{"name": "two a brand", "kind": "cap", "field": "brand"}])
    Traceback (most recent call last):
    headwater_server.engine.reranking.rules.BadRuleError: rules[0] "two a brand": most: is required
    """
    if isinstance(values, str | Mapping) or not isinstance(values, Sequence):
        raise BadRuleError("rules", "a list of objects was expected")
    if len(values) > RULES_MAX:
        raise BadRuleError("rules", f"{len(values)} of them; {RULES_MAX} are the most")
    rules = tuple(_rule(place, value) for place, value in enumerate(values))
    _check_together(rules)
    return rules


def plain(values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the objects as in JSON: times from a TOML file become texts."""
    return [
        {n: v.isoformat() if isinstance(v, datetime | date) else v for n, v in value.items()}
        for value in values
    ]


def _check_together(rules: Sequence[Rule]) -> None:
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.name in seen:
            where = f'rules[{place}] "{rule.name}"'
            raise BadRuleError(where, "another rule has it", "name")
        seen.add(rule.name)
    caps = sum(isinstance(rule, Cap) for rule in rules)
    if caps > CAPS_MAX:
        raise BadRuleError("rules", f"{caps} caps; {CAPS_MAX} are the most")
    programs = [filters.parse(text).program for text in {rule.filter for rule in rules} - {""}]
    conditions, values = sum(p.conditions for p in programs), sum(p.texts for p in programs)
    if conditions > CONDITIONS_MAX:
        problem = f"filters of {conditions} conditions; {CONDITIONS_MAX:,} are the most"
        raise BadRuleError("rules", problem)
    if values > TEXTS_MAX:
        problem = f"filters with {values:,} texts in ANY; {TEXTS_MAX:,} are the most"
        raise BadRuleError("rules", problem)


def hides_after_acts(value: Mapping[str, Any]) -> bool:
    """Whether a rule's object hides items after an act of their visitor: what is hidden is state.

    >>> hides_after_acts({"name": "no gin", "kind": "hide", "filter": 'tags: ANY("gin")'})
    False
    """
    return value.get("kind") == "hide" and bool(value.keys() & _HIDE.keys())


def _rule(place: int, value: Mapping[str, Any]) -> Rule:
    where = f"rules[{place}]"
    if not isinstance(value, Mapping):
        raise BadRuleError(where, "an object was expected")
    name = value.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= NAME_CHARS_MAX:
        raise BadRuleError(where, f"1 to {NAME_CHARS_MAX} characters were expected", "name")
    if not is_unicode(name):
        raise BadRuleError(where, UNPAIRED, "name")
    where = f'rules[{place}] "{name}"'
    kind = KINDS.get(str(value.get("kind")))
    if kind is None:
        raise BadRuleError(where, f"one of {', '.join(KINDS)} was expected", "kind")
    if value["kind"] == "hide" and not hides_after_acts(value):
        kind = _LEAVE_OUT
    given = {n: v for n, v in value.items() if n not in {"name", "kind"}}
    _check_fields(where, kind, given)
    read = {n: _read(where, kind, n, v) for n, v in given.items()}
    rule = kind.make(name=name, **{_STORED.get(n, n): v for n, v in read.items()})
    if rule.start_ms >= rule.end_ms:
        raise BadRuleError(where, "does not come after the start", "end")
    return rule


def _check_fields(where: str, kind: _Kind, given: Mapping[str, Any]) -> None:
    known = [n for n in ("filter", *_COMMON, *kind.fields) if n not in kind.lacks]
    for name in given:
        if name not in known:
            raise BadRuleError(where, f"there is no such field; {', '.join(known)} are", name)
    for name in kind.needs:
        if name not in given:
            raise BadRuleError(where, "is required", name)
    if kind.needs_one_of and not set(kind.needs_one_of) & given.keys():
        raise BadRuleError(where, "is required", " or ".join(kind.needs_one_of))


def _read(where: str, kind: _Kind, name: str, value: Any) -> Any:
    try:
        if name == "filter":
            return filters.parse(texts([value])[0]).text
        return (kind.fields.get(name) or _COMMON[name])(value)
    except (BadValueError, filters.BadFilterError) as error:
        raise BadRuleError(where, str(error), name) from None

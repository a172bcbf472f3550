"""RuleService: a rule's message as an object of the setting `rules`, checked."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from headwater.v1 import rule_pb2
from headwater_server.api.translate.checks import finite, short_text, texts
from headwater_server.api.translate.recommendation import DIVERSITY
from headwater_server.api.translate.values import checked_time_ms
from headwater_server.engine.messages.rules import RuleWrite
from headwater_server.engine.reranking.rules import NAME_CHARS_MAX, BadRuleError
from headwater_server.engine.rules.book import canonical
from headwater_server.engine.rules.judging import rule_of
from headwater_server.engine.rules.times import text_of_ms
from headwater_server.errors import InvalidRequest

PLACEMENTS_MAX = 100
REASON_BYTES_MAX = 4_000  # of 1,000 characters, which the engine counts
BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters and marks that show nothing
_OF_KIND = ("slot", "item_ids", "by", "times", "most", "event_types", "days", "level", "field")


def rule_write(field: str, rule: rule_pb2.Rule) -> RuleWrite:
    """Return a rule to write; an error names the request's ``field`` and the one within.

    >>> rule = rule_pb2.Rule(name="sale", filter="price <", boost={"by": 1})
    >>> try:
    ...     rule_write("rule", rule)
    ... except InvalidRequest as error:
    ...     print(error.field, "-", error.problem)
    rule.filter - at character 8: a number or a text in "double quotes" was expected
    """
    _check_legible(f"{field}.name", checked_name(rule.name, f"{field}.name"))
    kind = rule.WhichOneof("kind")
    if kind is None:
        kinds = "pin, boost, bury, cap, hide or diversity"
        raise InvalidRequest(f"{field}.kind", f"is required: set {kinds}")
    value = {"name": rule.name, "kind": kind, **_common(field, rule)}
    value |= _of_kind(f"{field}.{kind}", getattr(rule, kind))
    write = RuleWrite(rule.name, canonical(value))
    try:
        rule_of(write)
    except BadRuleError as error:
        raise InvalidRequest(_place(field, kind, error.field), error.problem) from None
    return write


def _common(field: str, rule: rule_pb2.Rule) -> dict[str, Any]:
    """Return the fields that are set, as the setting spells them."""
    places = texts(f"{field}.placements", rule.placements, count_max=PLACEMENTS_MAX)
    value: dict[str, Any] = {"placements": list(places)} if places else {}
    if rule.filter:
        value["filter"] = rule.filter
    if rule.HasField("start_time"):
        value["start"] = text_of_ms(checked_time_ms(f"{field}.start_time", rule.start_time))
    if rule.HasField("end_time"):
        value["end"] = text_of_ms(checked_time_ms(f"{field}.end_time", rule.end_time))
    return value


def _of_kind(field: str, message: Message) -> dict[str, Any]:
    """Return the fields of a kind that are set; 0 is not set, but where it means something."""
    if isinstance(message, rule_pb2.PinRule):
        ids = texts(f"{field}.item_ids", message.item_ids)
        return {"slot": message.slot} | ({"item_ids": list(ids)} if ids else {})
    if isinstance(message, rule_pb2.StrengthRule):
        values = {"by": message.by, "times": message.times}
        return {n: finite(f"{field}.{n}", value) for n, value in values.items() if value}
    if isinstance(message, rule_pb2.CapRule):
        name = short_text(f"{field}.field", message.field)
        return {"most": message.most} | ({"field": name} if name else {})
    if isinstance(message, rule_pb2.HideRule):
        types = texts(f"{field}.event_types", message.event_types)
        value: dict[str, Any] = {"event_types": list(types)} if types else {}
        return value | ({"days": message.days} if message.HasField("days") else {})
    level = DIVERSITY.get(message.level) if isinstance(message, rule_pb2.DiversityRule) else ""
    if not level:
        raise InvalidRequest(f"{field}.level", "is required: none, low, medium, high or auto")
    return {"level": level}


def _place(field: str, kind: str, name: str) -> str:
    """Return the name in the request of a field of the setting."""
    if name in ("start", "end"):
        return f"{field}.{name}_time"
    own = name.split(" or ", maxsplit=1)[0]
    if own in _OF_KIND:
        return f"{field}.{kind}.{own}"
    return f"{field}.{name}" if name else field


def checked_reason(reason: str) -> str:
    """Return why somebody writes, as the log keeps it."""
    if len(reason) > REASON_BYTES_MAX // 4:
        raise InvalidRequest("reason", f"is longer than {REASON_BYTES_MAX // 4:,} characters")
    return reason.strip()


def checked_revision(field: str, message: Message) -> int | None:
    """Return the revision that the author has read, None if the message has none."""
    if not message.HasField(field):
        return None
    revision = int(getattr(message, field))
    if revision < 0:
        raise InvalidRequest(field, "is negative")
    return revision


def _check_legible(field: str, name: str) -> None:
    """Refuse names that look like another one, or that break a line or a terminal."""
    if name != name.strip():
        raise InvalidRequest(field, "begins or ends with a space: write it without")
    if bad := [one for one in name if not one.isprintable() or one in BLANKS]:
        text = f"has U+{ord(bad[0]):04X}, which cannot be seen: leave it out"
        raise InvalidRequest(field, text)


def checked_name(name: str, field: str = "name") -> str:
    """Return a rule's name that is not empty and not too long."""
    if not 0 < len(name) <= NAME_CHARS_MAX:
        problem = f"has not 1 to {NAME_CHARS_MAX} characters" if name else "is required"
        raise InvalidRequest(field, problem)
    return name

"""What in a rule fits nothing: an item, a field, a value, a placement or an event type.

Such a rule is valid, since what it names may come later; but it changes less today than it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator

from headwater_server.engine.lookups.nearest_name import near, unseen_placements
from headwater_server.engine.lookups.shortfall_notes import filter_notes
from headwater_server.engine.lookups.unknown_types import unknown_types
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.reranking.rules import Cap, Hide, Pin, Rule
from headwater_server.engine.settings import EngineSettings

NAMES_SHOWN = 3
VALUES_LOOKED_AT = 20
"""Of one filter's texts in ANY; each is a filter of its own, which takes up to a millisecond."""
_TEXT = r'"(?:\\.|[^"\\])*"'
_ANY = re.compile(rf"([\w.-]+|{_TEXT})\s*:\s*ANY\s*\(\s*({_TEXT}(?:\s*,\s*{_TEXT})*)\s*\)")


def of_rule(
    rule: Rule,
    settings: EngineSettings,
    scoring: CandidateScoring,
    names: Collection[str],
    placements: Collection[str] | None = None,
) -> Iterator[str]:
    """Yield what fits nothing, each with the rule's field.

    ``names``: the fields that items have; ``placements``: where lists were seen; None: unknown.
    """
    if isinstance(rule, Pin):
        gone = [one for one in rule.item_ids if not _is_there(scoring, one)]
        if gone:
            yield f"item_ids: the catalogue does not have {_shown(gone)}"
    if isinstance(rule, Cap) and rule.field and rule.field not in names:
        yield f"field: {unknown_field(rule.field, names)}"
    if isinstance(rule, Hide):
        yield from (f"event_types: {text}" for text in unknown_types(rule.event_types, settings))
    yield from (f"filter: {text}" for text in _of_filter(rule.filter, scoring))
    if placements is not None:
        yield from (f"placements: {one}" for one in unseen_placements(rule.placements, placements))


def _is_there(scoring: CandidateScoring, item_id: str) -> bool:
    """Whether an item is known, also by events alone, and not deleted."""
    catalogue = scoring.catalogue
    number = catalogue.number(item_id)
    if number is None:
        return False
    return catalogue.at(number) is not None or bool(catalogue.available[number])


def _of_filter(text: str, scoring: CandidateScoring) -> Iterator[str]:
    notes = list(filter_notes(text, scoring.catalogue.columns))
    yield from notes
    values = _values(text)[:VALUES_LOOKED_AT]
    if text and not notes and not scoring.masks.passing(text).count:
        yield "no item passes it"
        if len(values) < 2:
            return
    absent = [
        f"{field} {value}"
        for field, value in values
        if not any(filter_notes(f"{field}: ANY({value})", scoring.catalogue.columns))
        and not scoring.masks.passing(f"{field}: ANY({value})").count
    ]
    if absent:
        yield f"no item has {_shown(absent)}"


def _values(text: str) -> list[tuple[str, str]]:
    """Return each field and text of the ANY conditions of a valid filter, texts with their quotes.

    >>> _values('categories: ANY("tea", "gin") AND price < 9')
    [('categories', '"tea"'), ('categories', '"gin"')]
    """
    return [(field, one) for field, many in _ANY.findall(text) for one in re.findall(_TEXT, many)]


def unknown_field(name: str, names: Collection[str]) -> str:
    """Return that no item has a field, with the nearest name that there is."""
    return f"no item has the field {name}{near(name, names)}"


def same_slot(rule: Rule, others: Collection[Rule]) -> Iterator[str]:
    """Yield which other pin of the same slot, placement and time counts instead of this one.

    ``others`` are the rules before it: of two, the first counts.
    """
    for other in others:
        if isinstance(rule, Pin) and isinstance(other, Pin) and _meet(rule, other):
            name = json.dumps(other.name, ensure_ascii=False)
            at = _where_they_meet(rule, other)
            yield f"slot: {name} pins slot {rule.slot}{at}, too, and comes first: it counts there"
            return


def _where_they_meet(rule: Pin, other: Pin) -> str:
    """Return at which placements another pin counts, "" if at all those of the rule."""
    if not other.placements or (rule.placements and rule.placements <= other.placements):
        return ""
    shared = sorted(rule.placements & other.placements or other.placements)
    return f" at {_shown(shared)}"


def _meet(rule: Pin, other: Pin) -> bool:
    at_once = rule.start_ms < other.end_ms and other.start_ms < rule.end_ms
    shared = rule.placements & other.placements or not (rule.placements and other.placements)
    return rule.slot == other.slot and at_once and bool(shared)


def _shown(names: list[str]) -> str:
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")

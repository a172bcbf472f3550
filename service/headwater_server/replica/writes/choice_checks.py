"""Checks what a caller says of its own choice: values are computed from it, so it must be right."""

from __future__ import annotations

from headwater_server.engine.intake.limits import ID_BYTES_MAX
from headwater_server.engine.messages.choice_weights import (
    RATIO_MAX,
    TERMS,
    too_large,
    weights_of,
)
from headwater_server.engine.messages.events import Choice, Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type

MODES = ("online", "apprentice")
WAIT_MS_MAX = 525_600 * 60_000
WEIGHT_MAX = 1e12
_WEIGHTS = ("policy_weight", "random_weight", "baseline_weight")
_CHANCES = ("propensity", "policy_propensity", "random_propensity", "baseline_propensity")


def choice_problem(event: Event) -> str:
    """Return why the choice of ``event`` cannot be right, "" if it can or there is none.

    >>> choice_problem(Event("e1", "impression", "v1", choice=Choice(1.5)))
    'choice.propensity: 1.5 is no chance from 0 to 1'
    >>> choice_problem(Event("e1", "impression", "v1", choice=Choice(0.5, mode="online")))
    ''
    """
    choice = event.choice
    if choice is None:
        return ""
    if event.from_page:
        return "choice: a page may not send it, only a backend"
    for name in _CHANCES:
        chance = getattr(choice, name)
        if not 0.0 <= chance <= 1.0:  # nor is NaN
            return f"choice.{name}: {chance:g} is no chance from 0 to 1"
    problem = _other_problem(choice)
    if not problem and canonical_type(event.event_type) != IMPRESSION:
        return f"choice: only an impression has one, not a {event.event_type[:32]}"
    return problem


def _other_problem(choice: Choice) -> str:
    for name in _WEIGHTS:
        weight = getattr(choice, name)
        if not 0.0 <= weight <= WEIGHT_MAX:
            return f"choice.{name}: {weight:g} is no weight from 0 to {WEIGHT_MAX:g}"
    if choice.propensity == 0.0:
        return "choice.propensity: is 0, and what was shown had a chance above 0"
    if name := too_large(weights_of(choice)):
        by = " * ".join(f"choice.{part}" for part in TERMS[name])
        return f"choice.propensity: {by} is more than {RATIO_MAX:g} times {choice.propensity:g}"
    if choice.mode not in MODES:
        return f"choice.mode: {choice.mode[:32]!r}: write {' or '.join(MODES)}"
    if len(choice.slot.encode("utf-8", "replace")) > ID_BYTES_MAX:
        return f"choice.slot: has more than {ID_BYTES_MAX} bytes"
    if not 0 <= choice.wait_ms <= WAIT_MS_MAX:
        return f"choice.wait_ms: {choice.wait_ms} does not lie between 0 and {WAIT_MS_MAX}"
    return ""

"""Encodes and decodes how a caller chose what it showed."""

from __future__ import annotations

from headwater_server.engine.messages.events import Choice
from headwater_server.log.v1 import entry_pb2 as pb

_WEIGHTS = ("policy_weight", "random_weight", "baseline_weight")


def write_choice(choice: Choice, stored: pb.Choice) -> None:
    """Write ``choice`` into an empty message, in place; it is there even if all of it is 0."""
    stored.SetInParent()
    stored.propensity = choice.propensity
    stored.policy_propensity = choice.policy_propensity
    stored.random_propensity = choice.random_propensity
    stored.is_baseline = choice.is_baseline
    stored.baseline_propensity = choice.baseline_propensity
    stored.slot, stored.mode, stored.wait_ms = choice.slot, choice.mode, choice.wait_ms
    stored.covers_both = choice.covers_both
    for name in _WEIGHTS:
        if (weight := getattr(choice, name)) != 1.0:
            setattr(stored, name, weight)


def decode_choice(stored: pb.Choice) -> Choice:
    """Decode the result of `write_choice`."""
    return Choice(
        stored.propensity,
        stored.policy_propensity,
        stored.random_propensity,
        stored.is_baseline,
        stored.baseline_propensity,
        stored.slot,
        stored.mode,
        stored.wait_ms,
        stored.covers_both,
        stored.policy_weight if stored.HasField("policy_weight") else 1.0,
        stored.random_weight if stored.HasField("random_weight") else 1.0,
        stored.baseline_weight if stored.HasField("baseline_weight") else 1.0,
    )

"""What the replica answers with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.requests import Recommendation, ScoredItem


@dataclass(frozen=True, slots=True)
class Answer:
    """A slate, the token that vouches for it, and the state that it comes from.

    ``degraded`` names what was left out to meet the deadline, ``shortfall`` why the slate is
    shorter than asked for.
    """

    recommendation: Recommendation
    attribution_token: str
    offset: str
    degraded: tuple[str, ...] = ()
    shortfall: str = ""


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """A list that belongs to no visitor, and the state that it comes from."""

    items: Sequence[ScoredItem]
    offset: str


@dataclass(frozen=True, slots=True)
class WriteAnswer:
    """One outcome per operation, in the order sent, and an offset of a state that holds them."""

    outcomes: Sequence[Outcome]
    offset: str


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """What one replica holds at an offset; ``detail`` says what is wrong with it, if anything."""

    replica_id: str
    role: str
    digest: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """Where the model stands; all of one state. ``replicas`` only when they were compared."""

    offset: str
    digest: str
    counts: Mapping[str, int]
    memory_bytes: int
    versions: Mapping[str, str]
    replicas: Sequence[ReplicaState] = ()

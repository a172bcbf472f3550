"""The answers of a replica, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headwater_server.engine.lookups.act_rates import ActRate
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.quick_value import quick_value
from headwater_server.engine.messages.requests import Recommendation, ScoredItem


@quick_value
class Answer:
    """A slate, the token that proves it, and the offset of its state.

    ``degraded`` names what was left out to meet the deadline; ``shortfall`` explains a slate that
    is shorter than requested. ``act_rates``: of each result at the placement, if the request asked
    for an explanation; () if they were not ready in time.
    """

    recommendation: Recommendation
    attribution_token: str
    offset: str
    degraded: tuple[str, ...] = ()
    shortfall: str = ""
    act_rates: tuple[ActRate | None, ...] = ()


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """A list that belongs to no visitor, and the offset of its state."""

    items: Sequence[ScoredItem]
    offset: str


@quick_value
class WriteAnswer:
    """One outcome per operation, in the order sent, and an offset of a state that contains all."""

    outcomes: Sequence[Outcome]
    offset: str


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """One replica's state at an offset; ``detail`` describes a problem, if there is one."""

    replica_id: str
    role: str
    digest: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The model's status, all from one state. ``replicas`` is set only if they were compared."""

    offset: str
    digest: str
    counts: Mapping[str, int]
    memory_bytes: int
    versions: Mapping[str, str]
    replicas: Sequence[ReplicaState] = ()

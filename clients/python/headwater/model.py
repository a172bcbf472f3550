"""Where the model stands, and how well it foresees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """What one replica holds at an offset: no ``digest`` if it did not answer, see ``detail``."""

    replica_id: str
    role: str
    digest: str
    detail: str


@dataclass(frozen=True, slots=True)
class Model:
    """Where the model stands; all of one state. ``digest`` is empty unless it was asked for.

    ``replicas``: what each that is alive holds at ``offset``, if they were to be compared.
    """

    offset: str
    digest: str
    counts: Mapping[str, int]
    memory_bytes: int
    versions: Mapping[str, str]
    replicas: Sequence[ReplicaState] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure; ``placement`` or ``policy`` "all": over all of them."""

    placement: str
    policy: str
    window: str
    name: str
    value: float
    count: int


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """A change in how well the model foresees: ``name`` went from one mean to another.

    ``name`` is "ranking_loss" (``placement`` "all": over all that visitors turn to) or "no_act" (of
    a placement's slates); for both, larger is ``worse``. ``events_learned`` and ``detect_time`` say
    when it was noticed.
    """

    placement: str
    name: str
    worse: bool
    events_learned: int
    detect_time: datetime
    mean_before: float
    mean_after: float

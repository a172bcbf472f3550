"""The state of the model, and how well it predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """A replica's digest at an offset; empty if it did not answer, then ``detail`` says why."""

    replica_id: str
    role: str
    digest: str
    detail: str


@dataclass(frozen=True, slots=True)
class Model:
    """The state of the model at ``offset``. ``digest`` is empty unless it was asked for.

    ``replicas``: the state of each live replica at ``offset``, if a comparison was asked for.
    """

    offset: str
    digest: str
    counts: Mapping[str, int]
    memory_bytes: int
    versions: Mapping[str, str]
    replicas: Sequence[ReplicaState] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure; "all" as ``placement`` or ``policy`` means over all of them."""

    placement: str
    policy: str
    window: str
    name: str
    value: float
    count: int


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """A change in how well the model predicts: the mean of ``name`` changed.

    ``name`` is "ranking_loss" (``placement`` is "all": over all interactions) or "no_act" (of the
    slates of a placement); for both, larger is ``worse``. ``events_learned`` and ``detect_time``
    say when the change was detected.
    """

    placement: str
    name: str
    worse: bool
    events_learned: int
    detect_time: datetime
    mean_before: float
    mean_after: float

"""Where the model stands, and how well it foresees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """Where the model stands; all of one state. ``digest`` is empty unless it was asked for."""

    offset: str
    digest: str
    counts: Mapping[str, int]
    memory_bytes: int
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured figure; ``placement`` or ``policy`` "all": over all of them."""

    placement: str
    policy: str
    window: str
    name: str
    value: float
    count: int

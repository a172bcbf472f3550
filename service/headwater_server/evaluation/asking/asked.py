"""What is asked of a log."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.evaluation.shown.span import Span


@dataclass(frozen=True)
class LogAsked:
    """The flags of an evaluation of a log; ``name`` is that of the report."""

    name: str
    span: Span = field(default_factory=Span)
    metric: str = "act_rate"
    placement: str | None = None
    window_minutes: float = 30.0
    warm_days: float = 7.0
    level: float = 0.95
    check: bool = False
    first_slot: bool = False
    always_valid: bool = False

"""Events of visitors, and the server's answers to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from headwater.ids import new_id
from headwater.values import Values


@dataclass(frozen=True, slots=True)
class EventItem:
    """One item of an event; ``price`` is the price of one unit."""

    item_id: str
    quantity: float | None = None
    price: float | None = None
    currency_code: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """How what was shown was chosen, by a caller that has a choice of its own (the baseline).

    Chances from 0 to 1, given the slots before; weights are those of the slots before. See
    Choice in protos/headwater/v1/event.proto. Only impressions of a backend may have one.
    """

    propensity: float
    policy_propensity: float = 0.0
    random_propensity: float = 0.0
    is_baseline: bool = False
    baseline_propensity: float = 0.0
    slot: str = ""
    mode: str = ""
    wait_ms: int = 0
    covers_both: bool = False
    policy_weight: float = 1.0
    random_weight: float = 1.0
    baseline_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a visitor did.

    ``event_id`` is created here, before the first try: the same object is learned once, also if
    it is sent again. ``items`` may be ids only. Times need a timezone. ``reward``, -1 to 1, says
    how good the outcome was, in place of the type's: 0.3 is learned as three tenths of an act.

    >>> click = Event("click", "visitor-1", items=["boots"])
    >>> len(click.event_id)
    32
    """

    event_type: str
    visitor_id: str
    items: Sequence[EventItem | str] = ()
    user_id: str = ""
    session_id: str = ""
    value: float | None = None
    event_time: datetime | None = None
    attribution_token: str = ""
    placement: str = ""
    position: int = 0
    context: Values = field(default_factory=dict)
    event_id: str = field(default_factory=new_id)
    choice: Choice | None = None
    reward: float | None = None


class EventStatus(Enum):
    """The result for an event; see EventStatus in protos/headwater/v1/event.proto."""

    CREATED = "created"
    EXISTS = "exists"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class EventResult:
    """The answer to one event; ``detail`` says why it was not learned."""

    event_id: str
    status: EventStatus
    detail: str


@dataclass(frozen=True, slots=True)
class FeedbackAnswer:
    """One result for each event, in order. Pass ``offset`` to ``recommend`` as ``min_offset``."""

    results: tuple[EventResult, ...]
    offset: str

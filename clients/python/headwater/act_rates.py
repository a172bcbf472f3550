"""How often an item is acted on where it is seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActRate:
    """The act rate of an item at one placement; see ActRate in act_rate.proto.

    ``mean`` is the expected share of seen slots that are acted on, ``low`` and ``high`` are the
    ends of its 90 % interval. ``probability_best``: that no other item seen there has a higher
    rate; None in an explained result. ``seen`` and ``acts`` count slots; older ones weigh less.
    """

    placement: str
    mean: float
    low: float
    high: float
    probability_best: float | None
    seen: float
    acts: float

"""What is asked about an item, or about a group of items."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from headwater_server.evaluation.shown.span import Span

HOUR_MS = 3_600_000.0


class Outcome(StrEnum):
    """What counts as the outcome of a list, of the item that is asked about."""

    PURCHASE = "purchase"
    ACT = "act"
    REVENUE = "revenue"


@dataclass(frozen=True)
class CausalAsked:
    """The flags of a causal report; exactly one of ``item_id`` and ``filter`` is given.

    ``subject`` is how texts name it, such as "the item tent".
    """

    subject: str
    item_id: str = ""
    filter: str = ""
    placement: str = ""
    outcome: Outcome = Outcome.PURCHASE
    window_hours: float = 72.0
    span: Span = field(default_factory=Span)
    level: float = 0.95

    @property
    def window_ms(self) -> float:
        """Return the window in milliseconds."""
        return self.window_hours * HOUR_MS


def category_filter(category: str) -> str:
    r"""Return the filter of one category, whatever characters its name has.

    >>> print(category_filter('19" racks'))
    categories: ANY("19\" racks")
    """
    escaped = category.replace("\\", "\\\\").replace('"', '\\"')
    return f'categories: ANY("{escaped}")'

"""Amounts as whole millionths, so that sums are exact in any order; what an order is worth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from headwater_server.engine.messages.events import Event, EventItem

MILLION = 1_000_000
LINE_MAX = 10**18
"""A line of more millionths than this (a million millions) is an error of its sender."""
Price = tuple[float, str]
PriceOf = Callable[[str], Price | None]


class Line(NamedTuple):
    """One item of an order: its pieces and its amount, both in millionths.

    ``code`` is the currency, "" if nobody said; ``micros`` None: nobody said a price.
    """

    item_id: str
    units: int
    micros: int | None
    code: str = ""

    @property
    def is_absurd(self) -> bool:
        """Whether no shop sells it: such a line has no amount in the figures."""
        return self.micros is not None and abs(self.micros) > LINE_MAX


def micros_of(amount: float) -> int:
    """Return the nearest whole millionth; of what is no finite number, an absurd amount.

    >>> micros_of(19.99), micros_of(0.1 + 0.2), micros_of(1e308) > LINE_MAX
    (19990000, 300000, True)
    """
    micros = amount * MILLION
    return round(micros) if math.isfinite(micros) else LINE_MAX + 1


def lines_of(event: Event, price_of: PriceOf) -> list[Line]:
    """Return the lines of an order.

    A backend's price counts, times the quantity; without any price, the event's ``value`` is
    shared by its items; without that, and always for a page, which may say what it likes, the
    price of the catalogue. A page's quantity is one piece.

    >>> order = Event("e1", "order", "ann", items=(EventItem("tent", 2, 80.0, "EUR"),))
    >>> lines_of(order, lambda item_id: None)
    [Line(item_id='tent', units=2000000, micros=160000000, code='EUR')]
    """
    if event.from_page:
        return [_by_catalogue(item, 1.0, price_of) for item in event.items]
    has_price = any(item.price is not None for item in event.items)
    if not has_price and event.value is not None:
        return _shared(event)
    return [_line(item, price_of) for item in event.items]


def _line(item: EventItem, price_of: PriceOf) -> Line:
    if item.price is None:
        return _by_catalogue(item, item.quantity, price_of)
    known = None if item.currency_code else price_of(item.item_id)
    code = _capitals(item.currency_code) or (known[1] if known else "")
    units = micros_of(item.quantity)
    return Line(item.item_id, units, micros_of(item.price * item.quantity), code)


def _by_catalogue(item: EventItem, quantity: float, price_of: PriceOf) -> Line:
    found = price_of(item.item_id)
    units = micros_of(quantity)
    if found is None:
        return Line(item.item_id, units, None)
    return Line(item.item_id, units, micros_of(found[0] * quantity), found[1])


def _shared(event: Event) -> list[Line]:
    """Share the order's value equally; the first item has what is left over."""
    part, rest = divmod(micros_of(event.value or 0.0), max(1, len(event.items)))
    code = next((_capitals(item.currency_code) for item in event.items if item.currency_code), "")
    return [
        Line(item.item_id, micros_of(item.quantity), part + (rest if place == 0 else 0), code)
        for place, item in enumerate(event.items)
    ]


def _capitals(code: str) -> str:
    """Return a code as the catalogue has it: events may write it as they like."""
    return code.strip().upper()


def add_money(sums: dict[str, int], code: str, micros: int) -> None:
    """Add to the sum of one currency."""
    sums[code] = sums.get(code, 0) + micros


def plain_sums(sums: dict[str, Any]) -> dict[str, Any]:
    """Return the sums by currency in order of their codes: one form for equal sums."""
    return dict(sorted(sums.items()))

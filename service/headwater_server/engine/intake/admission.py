"""What new events and items may not say, although entries that are on a log keep their meaning.

The firewall judges events of the log, too, so a stricter rule there would change what a log means.
These rules hold where they come in: before they are appended, and for the rows of a file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from headwater_server.engine.intake.limits import QUANTITY_MAX
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE, canonical_type

CURRENCY = "[A-Za-z]{3}"
_CURRENCY = re.compile(CURRENCY)


def goods_problem(event: Event) -> str:
    """Return what is wrong with pieces, prices and currencies of a new event, "" if nothing is.

    A correction may have a negative quantity; a negative price would make it revenue.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> def order(*item):
    ...     return Event("e1", "order", "ann", items=(EventItem("tent"), EventItem("pan", *item)))
    >>> goods_problem(order(-1.0, 5.0, "EUR"))
    ''
    >>> goods_problem(order(-3.0, -5.0))
    'items[1].price: is negative; a correction has a negative quantity'
    >>> goods_problem(order(2.0**31, 5.0))
    'items[1].quantity: beyond 1,000,000 pieces'
    >>> goods_problem(order(0.0))
    'items[1].quantity: a purchase of 0 pieces; leave the item out'
    >>> goods_problem(order(1.0, 5.0, "12!"))
    'items[1].currency_code: is not three letters, such as EUR'
    """
    return next(_problems(event), "")


def item_problems(
    item: Item, allowed: Collection[str] = (), fields: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield (field, reason) of what may not be written of an item; no ``fields``: all are written.

    >>> list(item_problems(Item("tent", group_id="undefined")))
    [('group_id', "'undefined' is the text of a missing value, not an ID; leave it empty")]
    """
    if problem := period_problem(item, fields):
        yield "expire_time", problem
    if problem := group_problem(item, allowed, fields):
        yield "group_id", problem


def period_problem(item: Item, fields: Collection[str] = ()) -> str:
    """Return what is wrong with an item's ``expire_time``: it could never be shown. "": nothing.

    No ``fields``: all of them are written.

    >>> period_problem(Item("tent", publish_time_ms=2_000, expire_time_ms=1_000))
    'lies before publish_time, so the item would never be shown'
    >>> period_problem(Item("tent", publish_time_ms=2_000))
    ''
    """
    if not 0 < item.expire_time_ms < item.publish_time_ms:
        return ""
    if fields and not {"expire_time_ms", "publish_time_ms"} <= set(fields):
        return ""  # the other one is not written, and what the catalogue has is not known here
    return "lies before publish_time, so the item would never be shown"


def group_problem(item: Item, allowed: Collection[str] = (), fields: Collection[str] = ()) -> str:
    """Return why an item's ``group_id`` is no id, "" if it may be one.

    All products without a group of a shop that writes "undefined" would be variants of one product,
    of which a list has one. No ``fields``: all of them are written.

    >>> group_problem(Item("tent", group_id="undefined"))
    "'undefined' is the text of a missing value, not an ID; leave it empty"
    >>> group_problem(Item("tent", group_id="tents")), group_problem(Item("tent"))
    ('', '')
    """
    if fields and "group_id" not in fields:
        return ""
    reason = placeholder(item.group_id, allowed)
    return f"{reason}; leave it empty" if reason else ""


def _problems(event: Event) -> Iterator[str]:
    is_purchase = canonical_type(event.event_type) == PURCHASE
    for place, item in enumerate(event.items):
        if abs(item.quantity) > QUANTITY_MAX:
            yield f"items[{place}].quantity: beyond {QUANTITY_MAX:,.0f} pieces"
        if is_purchase and item.quantity == 0.0:
            yield f"items[{place}].quantity: a purchase of 0 pieces; leave the item out"
        if item.price is not None and item.price < 0.0:
            yield f"items[{place}].price: is negative; a correction has a negative quantity"
        if item.currency_code and not _CURRENCY.fullmatch(item.currency_code):
            yield f"items[{place}].currency_code: is not three letters, such as EUR"

"""Why a list is short beside what was asked for: fields that no item has, variants of a product."""

from __future__ import annotations

from collections.abc import Iterator

from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.lookups.nearest_name import near
from headwater_server.engine.messages.requests import RecommendRequest

_WORDS = {str: "texts", float: "numbers"}
_GIVEN = {str: "a text", float: "a number"}


def shortfall_notes(request: RecommendRequest, columns: Columns) -> Iterator[str]:
    """Yield what makes a list of this request short."""
    yield from filter_notes(request.filter, columns)
    most = columns.groups.limit
    if most > 0 and not request.candidate_item_ids:
        yield f"of the variants of a product a list has {most} (variants_max)"


def filter_notes(text: str, columns: Columns) -> Iterator[str]:
    """Yield a sentence for each field that no item has, or that is compared with another kind.

    >>> from headwater_server.engine.messages.entries import Item
    >>> columns = Columns()
    >>> columns.put(0, Item("a", features=(("colour", "red"),)))
    >>> list(filter_notes('color: ANY("red") AND colour > 3', columns))
    ... # doctest: +NORMALIZE_WHITESPACE
    ['no item has the field color; did you mean colour?',
     'the field colour has texts, and the filter compares it with a number']
    """
    for name, wanted in filters.parse(text).wanted().items() if text else ():
        held = columns.kinds(name)
        if not held:
            yield f"no item has the field {name}{near(name, columns.names())}"
        for kind in sorted(wanted - held, key=str) if held else ():
            has = " and ".join(_WORDS[one] for one in sorted(held, key=str))
            yield f"the field {name} has {has}, and the filter compares it with {_GIVEN[kind]}"

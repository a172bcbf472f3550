"""The shop's own features by name: what the setting ``features`` means, and what it refuses.

A feature is a number of the item itself: one of its fields, the age of one of its times, or what a
pure function of the item returns. The values are computed where items are written (`OwnValues`).
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.features.families import FAMILIES, PHRASES
from headwater_server.engine.features.features import CONTEXT_FEATURES, ITEM_FEATURES
from headwater_server.engine.features.item_numbers import AGES, age_of, feature_of, price_of
from headwater_server.engine.features.own_columns import column_names
from headwater_server.engine.messages.entries import Item
from headwater_server.models.own_code import load

GROUP = "headwater.features"
"""The entry points that packages declare: ``margin = "my_shop.features:margin"``."""
FEATURES_MAX = 16
OBJECT = "object:"
_TAKEN = {*ITEM_FEATURES, *CONTEXT_FEATURES, *FAMILIES, *PHRASES}
_NAME = re.compile(r"\w[\w.-]{0,63}")
_FEATURE, _AGE = re.compile(r"features\.(.+)"), re.compile(r"age\((.+)\)")

_objects: dict[str, Callable[[Item], Any]] = {}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """A name, the text that the setting has for it, and what returns an item's number.

    ``field`` is the field of items that it reads, as filters call it; "" for a function.
    """

    name: str
    text: str
    value: Callable[[Item], Any]
    field: str = ""


@contextmanager
def as_feature(function: Callable[[Item], Any], name: str = "") -> Iterator[str]:
    """Give a function a text that the setting ``features`` takes in this process, for a while.

    >>> with as_feature(lambda item: len(item.title), "length") as text:
    ...     own_features([text])[0].value(Item("a", title="Tent"))
    4
    """
    key = f"{OBJECT}{next(_numbers)}"
    name = name or str(getattr(function, "__name__", type(function).__name__))
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"features: {name!r} can be no name: give a pair of a name and the function"
        )
    _objects[key] = _function(function, name)
    try:
        yield f"{name}={key}"
    finally:
        del _objects[key]


def own_features(texts: Sequence[str]) -> tuple[OwnFeature, ...]:
    """Return what the texts of the setting name. Raises ValueError with the reason and the fix.

    >>> [one.name for one in own_features(["price", "heavy=features.weight", "age(publish_time)"])]
    ['price', 'heavy', 'age_of_publish_time']
    >>> own_features(["price", "price"])
    Traceback (most recent call last):
    ValueError: features: there are two named 'price': write another name, such as price_2=price
    """
    if len(texts) > FEATURES_MAX:
        raise ValueError(f"features: {len(texts)} are given: at most {FEATURES_MAX} are allowed")
    found = tuple(map(_feature, texts))
    taken = set[str]()
    for one in found:
        columns = column_names([one.name])
        fix = f"write another name, such as {_other(one, taken)}"
        if not taken.isdisjoint(columns):
            raise ValueError(f"features: there are two named {_shared(taken, columns)!r}: {fix}")
        if not _TAKEN.isdisjoint(columns):
            name = _shared(_TAKEN, columns)
            raise ValueError(f"features: {name!r} is the name of a built-in feature: {fix}")
        taken.update(columns)
    return found


def _shared(taken: set[str], columns: Sequence[str]) -> str:
    return next(name for name in columns if name in taken)


def _other(one: OwnFeature, taken: set[str]) -> str:
    """Return a text of the setting for the same, with a name that is free."""
    source, free = one.text.partition("=")[2] or one.text, _TAKEN | taken
    names = (f"{one.name}_{n}" for n in itertools.count(2))
    return f"{next(n for n in names if free.isdisjoint(column_names([n])))}={source.strip()}"


def _feature(text: str) -> OwnFeature:
    """Return what one text names: ``source``, or ``name=source``."""
    given, is_named, source = (part.strip() for part in text.partition("="))
    source = source if is_named else given
    name, value, field = _source(source)
    name = given if is_named else name
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"features: {name!r} can be no name: write name={source} with 1 to 64 letters, digits, "
            "_, - and . as the name"
        )
    return OwnFeature(name, text, value, field)


def _source(source: str) -> tuple[str, Callable[[Item], Any], str]:
    """Return the name that a source has by itself, its function, and the field that it reads."""
    if source == "price":
        return source, price_of, source
    if found := _FEATURE.fullmatch(source):
        return found[1], feature_of(found[1]), found[1]
    if found := _AGE.fullmatch(source):
        field = _FEATURE.fullmatch(found[1])
        if field is None and found[1] not in AGES:
            raise ValueError(
                f"features: {source!r} has no time {found[1]!r}: write age(publish_time), "
                "age(expire_time), or age(features.NAME)"
            )
        name = field[1] if field else found[1]
        return f"age_of_{name}", age_of(found[1]), field[1] if field else ""
    if source in _objects:
        return source, _objects[source], ""
    thing = _loaded(source)
    return source.rpartition(":")[2], _function(thing, source), ""


def _function(thing: Any, name: str) -> Callable[[Item], Any]:
    """Return a function of an item; a class is made first, without arguments."""
    if isinstance(thing, type):
        try:
            thing = thing()
        except Exception as error:  # noqa: BLE001 - somebody's constructor may raise anything
            why = f"{type(error).__name__}: {error}"
            raise ValueError(f"features: {name} cannot be made without arguments: {why}") from None
    if not callable(thing):
        raise ValueError(  # noqa: TRY004 - a setting
            f"features: {name} is {type(thing).__name__}, and no function: name one that takes an "
            "item and returns a number or None"
        )
    call = thing if inspect.isroutine(thing) else type(thing).__call__
    if inspect.iscoroutinefunction(call) or inspect.isgeneratorfunction(call):
        raise ValueError(f"features: {name} is async or a generator: it must return a number")
    try:
        inspect.signature(thing).bind(Item(""))
    except TypeError as error:
        raise ValueError(
            f"features: {name} cannot be called with one item ({error}): let it take one argument"
        ) from None
    except ValueError:  # some of those in C have no signature
        pass
    function: Callable[[Item], Any] = thing
    return function


def _loaded(name: str) -> Any:
    fix = f". For an item's own feature write features.{name}." if _NAME.fullmatch(name) else ""
    return load(name, GROUP, "features", "price, features.NAME, age(publish_time)", fix)

"""Build messages of a caller's values: an error names the field, what is there, and the fix.

Nothing is looked at before protobuf refuses it, so a good message costs nothing more. Only a text
in place of a list has to be looked for: its letters would be taken for a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from headwater.field_error import FieldError

M = TypeVar("M", bound=Message)
T = TypeVar("T")

_WHOLE = "a whole number is needed, such as 12"
_NUMBER = "a number is needed, such as 12.5"
TEXT = "a text is needed, as str() makes it"
NEEDED = {
    FieldDescriptor.TYPE_STRING: TEXT,
    FieldDescriptor.TYPE_BOOL: "True or False is needed",
    FieldDescriptor.TYPE_DOUBLE: _NUMBER,
    FieldDescriptor.TYPE_FLOAT: _NUMBER,
}
REFUSED = (TypeError, ValueError, OverflowError)  # what protobuf raises


def built(kind: Callable[..., M], **fields: Any) -> M:
    """Return a message of ``fields``; `FieldError` names the first that it cannot hold.

    >>> from headwater.v1.item_pb2 import Item
    >>> built(Item, item_id="boots", price="12,50")
    Traceback (most recent call last):
    headwater.field_error.FieldError: price is a text: a number is needed, such as 12.5
    """
    try:
        return kind(**fields)
    except REFUSED as error:
        _name(kind, fields)
        raise error from None


def each(
    name: str, ones: Iterable[T], kind: type, build: Callable[[T], M], needed: str = ""
) -> list[M]:
    """Return ``ones``, which are of ``kind``, as messages; the place of a wrong one is named."""
    needed = needed or f"an object of the class {kind.__name__} is needed"
    if isinstance(ones, (str, kind)):
        raise FieldError(f"{name} is {_what(ones, kind)}: a list is needed")
    found: list[M] = []
    for one in listed(name, ones):
        try:
            found.append(build(one))
        except FieldError as error:
            raise error.within(f"{name}[{len(found)}]") from None
        except AttributeError:
            if isinstance(one, kind):
                raise
            place = f"{name}[{len(found)}]"
            raise FieldError(f"{place} is {described(one)}: {needed}") from None
    return found


def listed(name: str, ones: Iterable[T], of: str = "") -> Iterable[T]:
    """Return ``ones`` unless they are a single text, or no list at all.

    >>> listed("tags", "sale", "texts")
    Traceback (most recent call last):
    headwater.field_error.FieldError: tags is a text: a list of texts is needed
    """
    if isinstance(ones, (list, tuple)):
        return ones
    if isinstance(ones, str) or not isinstance(ones, Iterable):
        raise FieldError(f"{name} is {described(ones)}: a list{of and f' of {of}'} is needed")
    return ones


def described(value: object) -> str:
    """Return what a value is, without the value.

    >>> described(5), described("5"), described(None), described([5])
    ('a number', 'a text', 'None', 'a list')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return "a number"
    return "a text" if isinstance(value, str) else f"a {type(value).__name__}"


def unfit(value: object, needed: str, error: Exception) -> str:
    """Return why protobuf refused ``value`` with ``error``, to follow the name of the field."""
    if isinstance(error, UnicodeEncodeError):
        return (
            f" has half a character (a lone surrogate) at place {error.start + 1}: "
            "repair the text, for example by text.encode(errors='replace').decode()"
        )
    if isinstance(error, TypeError):
        return f" is {described(value)}: {needed}"
    return f": {error}"


def _what(ones: object, kind: type) -> str:
    return f"one {kind.__name__}" if isinstance(ones, kind) else described(ones)


def _name(kind: Callable[..., M], fields: Mapping[str, Any]) -> None:
    """Raise for the first field that a message cannot hold, if there is one by itself."""
    for name, value in fields.items():
        try:
            kind(**{name: value})
        except REFUSED as error:
            known: Any = getattr(kind, "DESCRIPTOR").fields_by_name  # noqa: B009 - of each message
            if name not in known:
                raise
            field = known[name]
            if field.type == FieldDescriptor.TYPE_MESSAGE:
                if isinstance(error, UnicodeEncodeError):  # of a map: its values are messages
                    raise FieldError(f"{name} has a name with half a character") from None
                raise
            needed = NEEDED.get(field.type, _WHOLE)
            if not field.is_repeated:
                raise FieldError(f"{name}{unfit(value, needed, error)}") from None
            for place, one in enumerate(listed(name, value, "texts")):
                _name_one(kind, name, place, one, needed)
            raise


def _name_one(kind: Callable[..., M], name: str, place: int, one: object, needed: str) -> None:
    try:
        kind(**{name: [one]})
    except REFUSED as error:
        raise FieldError(f"{name}[{place}]{unfit(one, needed, error)}") from None

"""A walk over the fields of a request, by its descriptor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp


def is_map(field: FieldDescriptor) -> bool:
    kind = field.message_type
    return kind is not None and kind.GetOptions().map_entry


class Place(NamedTuple):
    """A field of a request: how errors name it, and how to reach the message that holds it."""

    name: str
    field: FieldDescriptor
    holder: Callable[[Any], Any]


def walk(descriptor, name="", holder=lambda request: request) -> Iterator[Place]:
    """Yield each field of a request, down to those of Value; a time, mask or struct is one."""
    for field in descriptor.fields:
        here = f"{name}{field.name}"
        yield Place(here, field, holder)
        kind = field.message_type
        if kind is None or kind.full_name in WHOLE:
            continue
        if is_map(field):
            value = kind.fields_by_name["value"].message_type
            yield from walk(value, f'{here}["k"].', _into(holder, field.name, "k"))
        elif field.is_repeated:
            yield from walk(kind, f"{here}[0].", _into(holder, field.name, 0))
        else:
            yield from walk(kind, f"{here}.", _into(holder, field.name))


WHOLE = {kind.DESCRIPTOR.full_name for kind in (Timestamp, FieldMask, Struct)}


def _into(holder, name, *places):
    def inner(request):
        found = getattr(holder(request), name)
        return found[places[0]] if places else found

    return inner

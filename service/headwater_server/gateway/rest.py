"""The JSON names that each REST call accepts, read from the API's own annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.api.annotations_pb2 import http
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from headwater_server.gateway.descriptors import API

OURS = "headwater.v1."
ANY_NAME = "*"
Fields = dict[str, str]
_KINDS = {
    FieldDescriptor.TYPE_STRING: "text",
    FieldDescriptor.TYPE_BOOL: "flag",
    FieldDescriptor.TYPE_DOUBLE: "number",
    FieldDescriptor.TYPE_INT32: "whole",
    FieldDescriptor.TYPE_INT64: "long",
    FieldDescriptor.TYPE_ENUM: "enum",
}
_TIME = "google.protobuf.Timestamp"


@dataclass(frozen=True)
class Rest:
    """What all calls accept.

    ``requests`` pairs "POST /v1/recommend" with the type of its body; ``types`` holds the names of
    each type, each with the type of its value. "" is a value without names of ours: a text, a
    number, or a type of Google's. ``spellings`` maps the name of a field to its name in JSON, where
    the two differ. ``kinds`` says what the value of each field may be, in the form of ``types``:
    text, flag, number, whole, long, time, object, enum and its type, or "" for what is not checked;
    with [] behind it where it may be a list. ``enums`` holds the names of each enum.
    """

    requests: list[tuple[str, str]]
    types: dict[str, Fields]
    spellings: Fields
    kinds: dict[str, Fields]
    enums: dict[str, list[str]]


def rest() -> Rest:
    """Return the requests and types of all services.

    >>> dict(rest().requests)["POST /v1/recommend"]
    'headwater.v1.RecommendRequest'
    >>> rest().types["headwater.v1.FeedbackRequest"]["events"]
    'headwater.v1.Event'
    >>> rest().spellings["page_size"]
    'pageSize'
    >>> rest().kinds["headwater.v1.Event"]["items"], rest().kinds["headwater.v1.Event"]["position"]
    ('object[]', 'whole')
    """
    bodies = list(_bodies())
    types: dict[str, Fields] = {}
    kinds: dict[str, Fields] = {}
    enums: dict[str, list[str]] = {}
    for _, message in bodies:
        _add(message, types, kinds, enums)
    requests = [(path, message.full_name) for path, message in bodies]
    return Rest(requests, types, _spellings(), kinds, enums)


def _methods() -> Iterator[MethodDescriptor]:
    for service in (one for file in API for one in file.services_by_name.values()):
        yield from service.methods


def _bodies() -> Iterator[tuple[str, Descriptor]]:
    for method in _methods():
        rule = method.GetOptions().Extensions[http]
        if rule.body == ANY_NAME:
            yield f"POST {rule.post}", method.input_type


def _spellings() -> Fields:
    """Return the names of all requests, those in a path or a query, too."""
    every: dict[str, Fields] = {}
    for method in _methods():
        _add(method.input_type, every, {}, {})
    names = {name for fields in every.values() for name in fields}
    spelled = {name: camel for name in sorted(names) if (camel := _in_json(name)) != name}
    return {name: camel for name, camel in spelled.items() if camel in names}


def _in_json(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def _add(
    message: Descriptor,
    types: dict[str, Fields],
    kinds: dict[str, Fields],
    enums: dict[str, list[str]],
) -> None:
    if message.full_name in types:
        return
    types[message.full_name] = fields = {}
    kinds[message.full_name] = values = {}
    for field in message.fields:
        below = _below(field)
        if field.enum_type is not None:
            enums[field.enum_type.full_name] = [one.name for one in field.enum_type.values]
        for name in (field.name, field.json_name):
            fields[name] = below.full_name if below else ""
            values[name] = _kind(field)
        if below:
            _add_below(below, types, kinds, enums)


def _add_below(
    message: Descriptor,
    types: dict[str, Fields],
    kinds: dict[str, Fields],
    enums: dict[str, list[str]],
) -> None:
    """Add a message; a map becomes a type that accepts every name."""
    if not message.GetOptions().map_entry:
        _add(message, types, kinds, enums)
        return
    field = message.fields_by_name["value"]
    value = _below(field)
    types[message.full_name] = {ANY_NAME: value.full_name if value else ""}
    kinds[message.full_name] = {ANY_NAME: _kind(field)}
    if value:
        _add(value, types, kinds, enums)


def _kind(field: FieldDescriptor) -> str:
    below = field.message_type
    if below is None:
        kind = _KINDS.get(field.type, "")
        kind += f" {field.enum_type.full_name}" if field.enum_type else ""
    elif below.full_name == _TIME:
        kind = "time"
    else:
        kind = "object" if below.full_name.startswith(OURS) else ""
    is_list = field.is_repeated and not (below and below.GetOptions().map_entry)
    return f"{kind}[]" if kind and is_list else kind


def _below(field: FieldDescriptor) -> Descriptor | None:
    message = field.message_type
    return message if message is not None and message.full_name.startswith(OURS) else None

"""The JSON names that each REST call accepts, read from the API's own annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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
    found = _Types()
    for _, message in bodies:
        found.add(message)
    requests = [(path, message.full_name) for path, message in bodies]
    return Rest(requests, found.types, _spellings(), found.kinds, found.enums)


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
    every = _Types()
    for method in _methods():
        every.add(method.input_type)
    names = {name for fields in every.types.values() for name in fields}
    spelled = {name: camel for name in sorted(names) if (camel := _in_json(name)) != name}
    return {name: camel for name, camel in spelled.items() if camel in names}


def _in_json(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


@dataclass
class _Types:
    """What `Rest` says of the types that were added, and of those in their fields."""

    types: dict[str, Fields] = field(default_factory=dict)
    kinds: dict[str, Fields] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)

    def add(self, message: Descriptor) -> None:
        """Add a message, once."""
        if message.full_name in self.types:
            return
        self.types[message.full_name] = fields = {}
        self.kinds[message.full_name] = kinds = {}
        for one in message.fields:
            below = _below(one)
            if one.enum_type is not None:
                self.enums[one.enum_type.full_name] = [value.name for value in one.enum_type.values]
            for name in (one.name, one.json_name):
                fields[name] = below.full_name if below else ""
                kinds[name] = _kind(one)
            if below:
                self._add_below(below)

    def _add_below(self, message: Descriptor) -> None:
        """Add a message; a map becomes a type that accepts every name."""
        if not message.GetOptions().map_entry:
            self.add(message)
            return
        value = message.fields_by_name["value"]
        below = _below(value)
        self.types[message.full_name] = {ANY_NAME: below.full_name if below else ""}
        self.kinds[message.full_name] = {ANY_NAME: _kind(value)}
        if below:
            self.add(below)


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

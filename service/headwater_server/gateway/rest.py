"""The JSON names that each REST call accepts, read from the API's own annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.api.annotations_pb2 import http
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from headwater_server.gateway.descriptors import API

OURS = "headwater.v1."
ANY_NAME = "*"
Fields = dict[str, str]


@dataclass(frozen=True)
class Rest:
    """What all calls accept.

    ``requests`` pairs "POST /v1/recommend" with the type of its body; ``types`` holds the names of
    each type, each with the type of its value. "" is a value without names of ours: a text, a
    number, or a type of Google's.
    """

    requests: list[tuple[str, str]]
    types: dict[str, Fields]


def rest() -> Rest:
    """Return the requests and types of all services.

    >>> dict(rest().requests)["POST /v1/recommend"]
    'headwater.v1.RecommendRequest'
    >>> rest().types["headwater.v1.FeedbackRequest"]["events"]
    'headwater.v1.Event'
    """
    bodies = list(_bodies())
    types: dict[str, Fields] = {}
    for _, message in bodies:
        _add(message, types)
    return Rest([(path, message.full_name) for path, message in bodies], types)


def _bodies() -> Iterator[tuple[str, Descriptor]]:
    for service in (one for file in API for one in file.services_by_name.values()):
        for method in service.methods:
            rule = method.GetOptions().Extensions[http]
            if rule.body == ANY_NAME:
                yield f"POST {rule.post}", method.input_type


def _add(message: Descriptor, types: dict[str, Fields]) -> None:
    if message.full_name in types:
        return
    types[message.full_name] = fields = {}
    for field in message.fields:
        below = _below(field)
        for name in (field.name, field.json_name):
            fields[name] = below.full_name if below else ""
        if below:
            _add_below(below, types)


def _add_below(message: Descriptor, types: dict[str, Fields]) -> None:
    """Add a message; a map becomes a type that accepts every name."""
    if not message.GetOptions().map_entry:
        _add(message, types)
        return
    value = _below(message.fields_by_name["value"])
    types[message.full_name] = {ANY_NAME: value.full_name if value else ""}
    if value:
        _add(value, types)


def _below(field: FieldDescriptor) -> Descriptor | None:
    message = field.message_type
    return message if message is not None and message.full_name.startswith(OURS) else None

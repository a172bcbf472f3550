"""The messages as the console writes them down are those of the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headwater.v1 import (
    catalog_service_pb2,
    event_pb2,
    item_pb2,
    item_statistics_pb2,
    metric_series_pb2,
    model_service_pb2,
    quarantine_pb2,
    recommendation_service_pb2,
    replica_pb2,
    storage_pb2,
    user_service_pb2,
    value_pb2,
)

TYPES = Path(__file__).parents[3] / "web" / "console" / "src" / "api" / "types.ts"
FILES = (
    catalog_service_pb2, event_pb2, item_pb2, item_statistics_pb2, metric_series_pb2,
    model_service_pb2, quarantine_pb2, recommendation_service_pb2, replica_pb2, storage_pb2,
    user_service_pb2, value_pb2,
)  # fmt: skip
MESSAGES = {name: one for f in FILES for name, one in f.DESCRIPTOR.message_types_by_name.items()}
INTERFACE = re.compile(r"export interface (\w+) \{\n(.*?)\n\}", re.DOTALL)
FIELD = re.compile(r"^  (\w+)(\??): (.+);$", re.MULTILINE)
WRITTEN = dict(INTERFACE.findall(TYPES.read_text()))


def kind_of(field) -> str:
    """Return the TypeScript that the gateway's JSON of a field is."""
    kinds = {
        field.CPPTYPE_INT32: "number",
        field.CPPTYPE_INT64: "Int64",
        field.CPPTYPE_DOUBLE: "number",
        field.CPPTYPE_BOOL: "boolean",
        field.CPPTYPE_STRING: "string",
        field.CPPTYPE_ENUM: "string",
    }
    message = field.message_type
    if message is None:
        return kinds[field.cpp_type]
    if message.GetOptions().map_entry:
        return f"Record<string, {kind_of(message.fields_by_name['value'])}>"
    return "string" if message.full_name == "google.protobuf.Timestamp" else message.name


@pytest.mark.parametrize("name", WRITTEN)
def test_a_message_has_the_fields_and_types_of_its_proto(name):
    fields = {field.json_name: field for field in MESSAGES[name].fields}
    for field_name, _, told in FIELD.findall(WRITTEN[name]):
        field = fields[field_name]
        map_entry = field.message_type and field.message_type.GetOptions().map_entry
        kind = kind_of(field) + ("[]" if field.is_repeated and not map_entry else "")
        loose = {"(number | string)[]": "number[]", "Record<string, unknown>": "Event"}
        assert loose.get(told, told) == kind, f"{name}.{field_name}"

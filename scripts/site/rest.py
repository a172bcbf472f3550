"""The page of REST paths, from the google.api.http annotations of the protos."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from scripts.site.protos import routes, stem

INTRODUCTION = """# REST

The [gateway](../gateway.md) answers these paths with JSON. Names are lowerCamelCase in answers, and
may be snake_case in requests. The link of a method has its fields and what they mean.
[openapi.yaml](openapi.yaml) is the same for generators of clients.

| | path | method |
| --- | --- | --- |
"""


def page(files: Sequence[FileDescriptorProto]) -> str:
    """Return the page, in the order of the paths."""
    rows = [
        (path, verb, f"[{service.name}.{method.name}](api/{stem(file)}.md#{method.name.lower()})")
        for file in files
        for service in file.service
        for method in service.method
        for verb, path in routes(method)
    ]
    lines = [f"| {verb} | `{path}` | {method} |\n" for path, verb, method in sorted(rows)]
    return INTRODUCTION + "".join(lines)

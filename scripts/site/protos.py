"""Pages of the API, one for each file of protos/headwater/v1, from its comments.

Nothing of it is committed: the site is built from the descriptors that buf makes of the protos.
protoc-gen-doc does the same, but needs Go, which `make check` does without.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

PACKAGE = ".headwater.v1."
MESSAGES, ENUMS, SERVICES = 4, 5, 6  # numbers of the fields in FileDescriptorProto
FIELDS, NESTED, NESTED_ENUMS = 2, 3, 4  # in DescriptorProto
METHODS = VALUES = 2  # in ServiceDescriptorProto, EnumDescriptorProto
VERBS = ("get", "put", "post", "delete", "patch")

Path_ = tuple[int, ...]


def read(root: Path) -> list[FileDescriptorProto]:
    """Return the files of the public API, with their comments."""
    buf = str(Path(sys.executable).with_name("buf"))
    command = [buf, "build", "--path", "protos/headwater/v1", "--output", "-"]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True)
    files = FileDescriptorSet.FromString(done.stdout).file
    return [file for file in files if file.package == "headwater.v1"]


def routes(method: MethodDescriptorProto) -> list[tuple[str, str]]:
    """Return how REST reaches a method: (verb, path), the first one first."""
    rule = method.options.Extensions[annotations_pb2.http]
    ways = [rule, *rule.additional_bindings]
    return [
        (verb.upper(), getattr(way, verb)) for way in ways for verb in VERBS if getattr(way, verb)
    ]


class Pages:
    """Writes the page of each file; types of one file are links in all others."""

    def __init__(self, files: Sequence[FileDescriptorProto]) -> None:
        self._files = files
        self._homes = {name: stem(file) for file in files for name in _names(file)}

    def all(self) -> dict[str, str]:
        """Return every page: its name without a suffix -> Markdown."""
        pages = {stem(file): "\n".join(self._page(file)) for file in self._files}
        return pages | {"index": "\n".join(self._index())}

    def _index(self) -> Iterator[str]:
        yield "# The API\n"
        yield "Package `headwater.v1`, from the comments of the protos.\n"
        yield "| service | what it does |\n| --- | --- |"
        for file in self._files:
            comments = _comments(file)
            for place, service in enumerate(file.service):
                text = _cell(comments.get((SERVICES, place), "").partition("\n\n")[0])
                yield f"| [{service.name}]({stem(file)}.md#{service.name.lower()}) | {text} |"
        yield "\n| messages of several services | |\n| --- | --- |"
        for file in self._files:
            if not file.service:
                names = ", ".join(f"`{message.name}`" for message in file.message_type)
                yield f"| [{stem(file)}.proto]({stem(file)}.md) | {names} |"

    def _page(self, file: FileDescriptorProto) -> Iterator[str]:
        comments = _comments(file)
        yield f"# {stem(file)}.proto\n"
        for place, service in enumerate(file.service):
            yield from self._service(service, (SERVICES, place), comments)
        for place, message in enumerate(file.message_type):
            yield from self._message(message, "", (MESSAGES, place), comments)
        for place, enum in enumerate(file.enum_type):
            yield from _enum(enum, "", (ENUMS, place), comments)

    def _service(
        self, service: ServiceDescriptorProto, at: Path_, comments: dict[Path_, str]
    ) -> Iterator[str]:
        yield f"## {service.name}\n\n{comments.get(at, '')}\n"
        for place, method in enumerate(service.method):
            asked = "stream " * method.client_streaming + self._link(method.input_type)
            answer = "stream " * method.server_streaming + self._link(method.output_type)
            yield f"### {method.name}\n\n({asked}) returns ({answer})\n"
            for verb, path in routes(method):
                yield f"`{verb} {path}`\n"
            yield f"{comments.get((*at, METHODS, place), '')}\n"

    def _message(
        self, message: DescriptorProto, outer: str, at: Path_, comments: dict[Path_, str]
    ) -> Iterator[str]:
        if message.options.map_entry:
            return
        name = f"{outer}{message.name}"
        yield f"## {name}\n\n{comments.get(at, '')}\n"
        if message.field:
            yield "| field | type | |\n| --- | --- | --- |"
        for place, field in enumerate(message.field):
            text = _cell(comments.get((*at, FIELDS, place), ""))
            yield f"| `{field.name}` | {self._type(field, message)} | {text} |"
        yield ""
        for place, nested in enumerate(message.nested_type):
            yield from self._message(nested, f"{name}.", (*at, NESTED, place), comments)
        for place, enum in enumerate(message.enum_type):
            yield from _enum(enum, f"{name}.", (*at, NESTED_ENUMS, place), comments)

    def _type(self, field: FieldDescriptorProto, message: DescriptorProto) -> str:
        for entry in message.nested_type:
            if entry.options.map_entry and field.type_name.endswith(
                f".{message.name}.{entry.name}"
            ):
                key, value = (self._type(part, entry) for part in entry.field)
                return f"map of {key} to {value}"
        kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
        name = self._link(field.type_name) if field.type_name else kind
        repeated = field.label == FieldDescriptorProto.LABEL_REPEATED
        return f"{'repeated ' * repeated}{'optional ' * field.proto3_optional}{name}"

    def _link(self, full_name: str) -> str:
        name = full_name.removeprefix(PACKAGE)
        home = self._homes.get(full_name)
        return f"[{name}]({home}.md#{_anchor(name)})" if home else f"`{name.lstrip('.')}`"


def stem(file: FileDescriptorProto) -> str:
    """Return the name of a file, without its folder and its suffix."""
    return Path(file.name).stem


def _names(file: FileDescriptorProto) -> Iterator[str]:
    """Yield the full name of each type of a file."""
    for enum in file.enum_type:
        yield f"{PACKAGE}{enum.name}"
    for message in file.message_type:
        yield from _nested_names(message, PACKAGE)


def _nested_names(message: DescriptorProto, outer: str) -> Iterator[str]:
    name = f"{outer}{message.name}"
    yield name
    for enum in message.enum_type:
        yield f"{name}.{enum.name}"
    for nested in message.nested_type:
        yield from _nested_names(nested, f"{name}.")


def _enum(
    enum: EnumDescriptorProto, outer: str, at: Path_, comments: dict[Path_, str]
) -> Iterator[str]:
    yield f"## {outer}{enum.name}\n\n{comments.get(at, '')}\n"
    yield "| value | |\n| --- | --- |"
    for place, value in enumerate(enum.value):
        yield f"| `{value.name}` | {_cell(comments.get((*at, VALUES, place), ''))} |"
    yield ""


def _comments(file: FileDescriptorProto) -> dict[Path_, str]:
    """Return what stands above each part of a file, by the part's path in the descriptor."""
    return {
        tuple(part.path): "\n".join(
            line.removeprefix(" ") for line in part.leading_comments.splitlines()
        )
        for part in file.source_code_info.location
        if part.leading_comments
    }


def _cell(text: str) -> str:
    """Return a comment as the cell of a table: one line, paragraphs by <br>."""
    return text.strip().replace("|", "\\|").replace("\n\n", "<br>").replace("\n", " ")


def _anchor(name: str) -> str:
    return name.lower().replace(".", "")

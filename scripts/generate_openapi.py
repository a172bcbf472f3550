"""Make the OpenAPI document from the protos, or check that it is fresh.

    python -m scripts.generate_openapi            write it, if go is on the PATH
    python -m scripts.generate_openapi --check    exit 1 if the protos have changed since

gnostic's protoc-gen-openapi reads the google.api.http annotations. It is a program in Go, so the
document is committed; its first line holds a hash of the protos, so that the check needs no Go.
docs/reference/openapi.yaml is for people, and the same as JSON is part of the server's package, for
the gateway's /openapi.json.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from scripts.generate import PROTOS, ROOT, THIRD_PARTY, StaleStubsError, check_tools
from scripts.generate_clients import protos, run

PLUGIN = "github.com/google/gnostic/cmd/protoc-gen-openapi@v0.7.1"
DOCUMENT = ROOT / "docs" / "reference" / "openapi.yaml"
SERVED = ROOT / "service/headwater_server/web/static/reference/openapi.json"
KEY = "key"  # the name of the security scheme
ABOUT = """The API of a Headwater server over REST, as its gateway answers it.

- Requests and answers are JSON. Names are lowerCamelCase in answers, and may be snake_case in
  requests. An unknown name is refused.
- 64-bit integers are texts, enums are names, times are RFC 3339.
- Send a key as `authorization: Bearer KEY`. A server without keys needs none.
- Every error is a `google.rpc.Status` with the name of its status; `details` names the field as you
  wrote it."""
OPTIONS = (
    "title=Headwater",
    "version=v1",
    "naming=json",  # as the gateway answers
    "enum_type=string",
    "fq_schema_naming=false",
)


def first_line() -> str:
    """Return what the document begins with: which protos it was made of, and by what."""
    digest = hashlib.sha256(PLUGIN.encode() + Path(__file__).read_bytes())
    for name in protos():
        digest.update((PROTOS / name).read_bytes())
    return f"# make generate made this from protos/, sha256 {digest.hexdigest()}\n"


def make(folder: Path) -> str:
    """Return the document that the protos give; the plugin is built in ``folder``."""
    check_tools()  # grpcio's protoc
    run(["env", f"GOBIN={folder}", "go", "install", PLUGIN], folder)
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"-I{THIRD_PARTY}"]
    command += [f"-I{files('grpc_tools') / '_proto'}", f"--openapi_out={folder}"]
    command += [f"--plugin=protoc-gen-openapi={folder / 'protoc-gen-openapi'}"]
    run([*command, f"--openapi_opt={','.join(OPTIONS)}", *protos()])
    document = yaml.safe_load((folder / "openapi.yaml").read_text())
    return first_line() + as_yaml(completed(document))


def as_yaml(document: dict[str, Any]) -> str:
    """Return the text of the document, in its own order."""
    text: str = yaml.dump(document, Dumper=_Lines, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Lines(yaml.SafeDumper):
    """Writes texts of several lines as several lines."""


_Lines.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def as_json(text: str) -> str:
    """Return the document that ``text`` is as YAML, for the server."""
    return json.dumps(yaml.safe_load(text), ensure_ascii=False, separators=(",", ":")) + "\n"


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Add what the annotations cannot say: server, keys, and the status of an error."""
    document["info"]["description"] = ABOUT
    document["info"]["license"] = {"name": "Apache-2.0"}
    document["servers"] = [{"url": "/", "description": "the gateway that serves this document"}]
    document["security"] = [{}, {KEY: []}]
    scheme = {"type": "http", "scheme": "bearer", "description": "A key of `HEADWATER_KEYS`."}
    document["components"]["securitySchemes"] = {KEY: scheme}
    status = document["components"]["schemas"]["Status"]["properties"]
    status["status"] = {"type": "string", "description": "The name of the code: `NOT_FOUND`, …"}
    for operation in (one for path in document["paths"].values() for one in path.values()):
        operation["summary"] = summary(operation["operationId"])
    aligned: dict[str, Any] = _aligned(document)
    return aligned


def summary(operation_id: str) -> str:
    """Return what a method does in two or three words.

    >>> summary("CatalogService_ListItems")
    'List items'
    """
    words = re.findall(r"[A-Z][a-z]+", operation_id.partition("_")[2])
    return " ".join(words).capitalize()


def _aligned(part: Any) -> Any:
    """Remove the blank with which a comment's lines begin, after the first."""
    if isinstance(part, dict):
        return {name: _aligned(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_aligned(value) for value in part]
    return part.replace("\n ", "\n") if isinstance(part, str) and part != ABOUT else part


def main(arguments: list[str]) -> int:
    """Write the document or check it; return the exit code."""
    if "--check" in arguments:
        check(DOCUMENT.read_text())
        print("the OpenAPI document is fresh")
        return 0
    if shutil.which("go") is None:
        print("go is not on the PATH: the OpenAPI document stays as it is")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(make(Path(folder)))
    SERVED.write_text(as_json(DOCUMENT.read_text()))
    return 0


def check(text: str) -> None:
    """Raise StaleStubsError unless both files are what the protos give."""
    is_fresh = text.startswith(first_line()), as_json(text) == SERVED.read_text()
    for path, fresh in zip((DOCUMENT, SERVED), is_fresh, strict=True):
        if not fresh:
            raise StaleStubsError(f"{path.relative_to(ROOT)} is stale: run `make generate`")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StaleStubsError as stale:
        sys.exit(str(stale))

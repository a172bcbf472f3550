"""Make docs/reference/openapi.yaml from the protos, or check that it is fresh.

    python -m scripts.generate_openapi            write it, if go is on the PATH
    python -m scripts.generate_openapi --check    exit 1 if the protos have changed since

gnostic's protoc-gen-openapi reads the google.api.http annotations. It is a program in Go, so the
document is committed; its first line holds a hash of the protos, so that the check needs no Go.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from scripts.generate import PROTOS, ROOT, THIRD_PARTY, StaleStubsError, check_tools
from scripts.generate_clients import protos, run

PLUGIN = "github.com/google/gnostic/cmd/protoc-gen-openapi@v0.7.1"
DOCUMENT = ROOT / "docs" / "reference" / "openapi.yaml"
OPTIONS = (
    "title=Headwater",
    "version=v1",
    "naming=json",  # as the gateway answers
    "enum_type=string",
    "fq_schema_naming=false",
)


def first_line() -> str:
    """Return what the document begins with: which protos it was made of, and by what."""
    digest = hashlib.sha256(PLUGIN.encode())
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
    return first_line() + (folder / "openapi.yaml").read_text()


def main(arguments: list[str]) -> int:
    """Write the document or check it; return the exit code."""
    if "--check" in arguments:
        if not DOCUMENT.read_text().startswith(first_line()):
            raise StaleStubsError(f"{DOCUMENT.relative_to(ROOT)} is stale: run `make generate`")
        print("the OpenAPI document is fresh")
        return 0
    if shutil.which("go") is None:
        print("go is not on the PATH: the OpenAPI document stays as it is")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(make(Path(folder)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StaleStubsError as stale:
        sys.exit(str(stale))

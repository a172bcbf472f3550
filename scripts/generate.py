"""Make the Python stubs from protos/, or check that they are fresh.

    python scripts/generate.py            write them
    python scripts/generate.py --check    change nothing; exit 1 and name what is stale

The path of a proto is the path of its stub, so nothing rewrites imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
THIRD_PARTY = ROOT / "third_party" / "googleapis"

# Other versions write other stubs, and the stubs refuse a runtime that is older than the tool.
TOOLS = {"grpcio-tools": "1.85.1", "mypy-protobuf": "5.1.0"}

# Which top folder of protos/ belongs to which distribution.
TREES = {"headwater": ROOT / "clients" / "python", "headwater_server": ROOT / "service"}


class StaleStubsError(Exception):
    """The stubs in the tree are not what the protos give."""


def check_tools() -> None:
    """Refuse to run with tools that would write other stubs."""
    for name, wanted in TOOLS.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            raise SystemExit(f"{name} {wanted} is needed, {found} is installed")


def run_protoc(protos: list[Path], out: Path) -> None:
    """Write the stubs of ``protos`` below ``out``; protoc's own message says what is wrong."""
    include = files("grpc_tools") / "_proto"
    outs = [f"--{kind}_out={out}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    command = [sys.executable, "-m", "grpc_tools.protoc"]
    command += [f"-I{PROTOS}", f"-I{THIRD_PARTY}", f"-I{include}", *outs]
    # the plugins are beside this interpreter, also when its environment is not activated
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    names = [proto.relative_to(PROTOS).as_posix() for proto in protos]
    done = subprocess.run(
        [*command, *names],
        check=False,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(done.stderr)


def stubs_of(top: str) -> dict[Path, bytes]:
    """Return the stubs of one folder of protos/: path in its distribution -> content."""
    protos = sorted((PROTOS / top).rglob("*.proto"))
    if not protos:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        run_protoc(protos, Path(folder))
        made = {p.relative_to(folder): p.read_bytes() for p in Path(folder).rglob("*_pb2*.py*")}
    # protoc also writes a _pb2_grpc for files without a service: nothing in it
    with_service = {p.relative_to(PROTOS) for p in protos if "\nservice " in p.read_text()}
    return {path: text for path, text in made.items() if _wanted(path, with_service)}


def _wanted(stub: Path, with_service: set[Path]) -> bool:
    stem, grpc, _ = stub.name.partition("_pb2_grpc")
    return not grpc or stub.with_name(f"{stem}.proto") in with_service


def in_tree(top: str, tree: Path) -> dict[Path, bytes]:
    """Return the stubs that are there now, in the shape of `stubs_of`."""
    found = (tree / top).rglob("*_pb2*.py*")
    return {p.relative_to(tree): p.read_bytes() for p in found if p.suffix in (".py", ".pyi")}


def write(tree: Path, wanted: Mapping[Path, bytes], found: Mapping[Path, bytes]) -> int:
    """Make the tree hold exactly ``wanted``; return how many files changed."""
    changed = [path for path in wanted if found.get(path) != wanted[path]]
    for path in changed:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(wanted[path])
    gone = set(found) - set(wanted)
    for path in gone:
        (tree / path).unlink()
    return len(changed) + len(gone)


def check(tree: Path, wanted: Mapping[Path, bytes], found: Mapping[Path, bytes]) -> None:
    """Raise `StaleStubsError`, naming the files, unless the tree holds exactly ``wanted``."""
    stale = [p for p in sorted({*wanted, *found}) if wanted.get(p) != found.get(p)]
    if stale:
        names = "".join(f"\n  {(tree / path).relative_to(ROOT)}" for path in stale)
        raise StaleStubsError(f"not what protos/ gives: run `make generate`{names}")


def main(arguments: list[str]) -> int:
    """Write the stubs of every tree, or check them; return the exit code."""
    check_tools()
    changed = 0
    for top, tree in TREES.items():
        wanted, found = stubs_of(top), in_tree(top, tree)
        if "--check" in arguments:
            check(tree, wanted, found)
        else:
            changed += write(tree, wanted, found)
    print("stubs are fresh" if "--check" in arguments else f"{changed} files changed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StaleStubsError as stale_stubs:
        sys.exit(f"stale stubs: {stale_stubs}")

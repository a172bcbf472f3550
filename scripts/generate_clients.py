"""Make the Go stubs from protos/, or check that they are fresh.

    python -m scripts.generate_clients            write them, if go is on the PATH
    python -m scripts.generate_clients --check    change nothing; exit 1 and name what is stale

Go's plugins are pinned in clients/go/tools.mod and built by go. The Java stubs are not committed:
the Maven build makes them (docs/adr/0003).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from scripts.generate import PROTOS, ROOT, THIRD_PARTY, StaleStubsError, check, check_tools, write

GO = ROOT / "clients" / "go"
PLUGINS = ("protoc-gen-go", "protoc-gen-go-grpc")


def run(command: list[str], folder: Path = ROOT) -> str:
    """Return what a command prints; if it fails, exit with its own message."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def protos() -> list[str]:
    """Return the public API's files."""
    return [
        p.relative_to(PROTOS).as_posix() for p in sorted((PROTOS / "headwater").rglob("*.proto"))
    ]


def go_module(folder: Path = GO) -> str:
    """Return the module path of the Go client: go.mod is the one place that holds it."""
    lines = (folder / "go.mod").read_text().splitlines()
    return next(line.removeprefix("module ") for line in lines if line.startswith("module "))


def make_go(out: Path) -> None:
    """Write the stubs below ``out``."""
    check_tools()  # grpcio's protoc
    plugins = {name: run(["go", "tool", "-modfile=tools.mod", "-n", name], GO) for name in PLUGINS}
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"-I{THIRD_PARTY}"]
    command += [f"-I{files('grpc_tools') / '_proto'}", f"--go_out={out}", f"--go-grpc_out={out}"]
    command += [f"--plugin={name}={path}" for name, path in plugins.items()]
    command += [f"--{kind}_opt=module={go_module()}" for kind in ("go", "go-grpc")]
    run([*command, *protos()])


def found(tree: Path) -> dict[Path, bytes]:
    """Return the stubs below a folder: path -> content."""
    return {path.relative_to(tree): path.read_bytes() for path in tree.glob("headwater/v1/*.pb.go")}


def main(arguments: list[str]) -> int:
    """Write the stubs, or check them; return the exit code."""
    if shutil.which("go") is None:
        print("go is not on the PATH: its stubs stay as they are")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        make_go(Path(folder))
        wanted = found(Path(folder))
    if "--check" in arguments:
        check(GO, wanted, found(GO))
        print("go: stubs are fresh")
    else:
        print(f"go: {write(GO, wanted, found(GO))} files changed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StaleStubsError as stale_stubs:
        sys.exit(f"stale stubs: {stale_stubs}")

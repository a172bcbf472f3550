"""What a release holds, beside its packages: lists of components (SBOM) and checksums."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from scripts.release.steps import run

# npm's and Python's lists are CycloneDX JSON; so is Maven's, by its plugin
MAVEN = "org.cyclonedx:cyclonedx-maven-plugin:2.9.1:makeBom"


def list_python(python: Path, out: Path, name: str) -> None:
    """List what is installed in an environment: a wheel and all that it needs, pinned."""
    program = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--output-reproducible", "--output-format", "JSON"]
    run([program, "environment", *options, "--output-file", out / name, python], out)


def list_npm(folder: Path, out: Path, name: str) -> None:
    """List what is installed in a folder, without what only builds need."""
    command = ["npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev"]
    (out / name).write_text(run(command, folder))


def list_console(tree: Path, out: Path, name: str) -> None:
    """List what is compiled into the console's page, from its lock."""
    command = ["npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"]
    (out / name).write_text(run(command, tree / "web" / "console"))


def list_java(folder: Path, out: Path, name: str) -> None:
    """List what the jar needs at run time."""
    output = [f"-DoutputDirectory={out}", f"-DoutputName={name.removesuffix('.json')}"]
    run(["mvn", "-B", "-q", MAVEN, "-DoutputFormat=json", *output], folder)


def write_checksums(out: Path) -> None:
    """Write SHA256SUMS over all files, as `sha256sum --check` reads it."""
    files = sorted(path for path in out.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (out / "SHA256SUMS").write_text("".join(lines))

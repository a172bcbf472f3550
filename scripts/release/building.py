"""Build each package from the copied tree, into the folder of the release."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.release.steps import run
from scripts.release.tree import commit_time_s


def build_python(tree: Path, out: Path) -> None:
    """Build the sdist of client and server, and from each sdist its wheel.

    Both hold the server's kernels, compiled for the Python and the kind of machine that builds
    them. Any other installs the same wheel, and compiles at its first start.
    """
    headwater = Path(sys.executable).parent / "headwater"
    run([headwater, "compile", "--into", tree / "service/headwater_server/compiled"], tree)
    fixed = {"SOURCE_DATE_EPOCH": commit_time_s(), "PIP_CONSTRAINT": str(tree / "constraints.txt")}
    for package in (tree / "clients" / "python", tree):
        run([sys.executable, "-m", "build", "--outdir", out, package], tree, **fixed)


def build_typescript(tree: Path, out: Path) -> None:
    """Build npm's tarball; its `prepack` compiles."""
    folder = tree / "clients" / "typescript"
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    run(["npm", "pack", "--pack-destination", out], folder)


def build_java(tree: Path, out: Path) -> None:
    """Build the jar, the jar of its sources, and the POM that goes with them."""
    folder = tree / "clients" / "java"
    run(["mvn", "-B", "-q", "-DskipTests", "package"], folder)
    sources = next((folder / "target").glob("headwater-*-sources.jar"), None)
    if sources is None:
        raise SystemExit("release: clients/java/pom.xml built no jar of the sources")
    name = sources.name.removesuffix("-sources.jar")
    for jar in (sources, sources.with_name(f"{name}.jar")):
        shutil.copy2(jar, out)
    shutil.copy2(folder / "pom.xml", out / f"{name}.pom")


def build_go(tree: Path, out: Path) -> None:  # noqa: ARG001 - of Go nothing is put into the folder
    """Compile all of Go's packages. A Go module is released by its tag, so there is no archive."""
    run(["go", "build", "./..."], tree / "clients" / "go")


BUILDERS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    # what is built: the program it needs, and how
    "Python: sdists and wheels": ("git", build_python),
    "TypeScript: npm tarball": ("npm", build_typescript),
    "Java: jar and sources": ("mvn", build_java),
    "Go: compiled, released by tag": ("go", build_go),
}

"""The steps of a release, in order. See the package."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from scripts.release import trying
from scripts.release.building import BUILDERS, build_python
from scripts.release.contents import list_console, list_java, list_npm, list_python, write_checksums
from scripts.release.stamp import ROOT, semantic, version_of
from scripts.release.steps import run, step
from scripts.release.tree import refuse_uncommitted, staged

OUT = ROOT / "dist"
NPM = "headwater-npm"  # npm names a list after its folder
PYTHON = ("headwater", "headwater_server")


def main(arguments: list[str]) -> int:
    """Build the wheels, or a whole release; return the exit code."""
    parser = argparse.ArgumentParser(description="Build what is released, and try it.")
    parser.add_argument("version", nargs="?", default="")
    parser.add_argument("--wheels", action="store_true", help="the Python packages only")
    wanted = parser.parse_args(arguments)
    if not wanted.wheels and not wanted.version:
        parser.error("which version? make release VERSION=1.2.3")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with tempfile.TemporaryDirectory(prefix="headwater-release-") as folder:
        if wanted.wheels:
            wheels(Path(folder))
        else:
            release(Path(folder), wanted.version)
    for path in sorted(OUT.iterdir()):
        print(f"  dist/{path.name}  {path.stat().st_size:,} bytes")
    return 0


def wheels(folder: Path) -> None:
    """Build both Python packages with the version that the checkout has."""
    with step("Python: sdists and wheels"):
        build_python(staged(folder / "tree", version_of(ROOT)), OUT)


def release(folder: Path, version: str) -> None:
    """Build everything, list what is in it, and try it."""
    semantic(version)
    if os.environ.get("ALLOW_DIRTY") != "1":
        refuse_uncommitted()
    missing = missing_tools()
    with step("a copy of the tree"):
        tree = staged(folder / "tree", version)
    for name, (tool, build) in BUILDERS.items():
        if tool not in missing:
            with step(name):
                build(tree, OUT)
    try_packages(folder, tree, missing)
    with step("checksums"):
        write_checksums(OUT)
    print(f"tags: v{version}, and for Go clients/go/v{semantic(version)}")


def missing_tools() -> set[str]:
    """Return the tools that are not on the PATH; end because of them, unless that is allowed."""
    missing = {tool: name for name, (tool, _) in BUILDERS.items() if shutil.which(tool) is None}
    for tool, name in missing.items():
        print(f"left out, since there is no {tool} on the PATH: {name}")
    if missing and os.environ.get("ALLOW_MISSING") != "1":
        raise SystemExit("release: install what is missing, or set ALLOW_MISSING=1")
    return set(missing)


def try_packages(folder: Path, tree: Path, missing: set[str]) -> None:
    """Install each wheel into an empty environment, start the server, and ask it."""
    constraints = tree / "constraints.txt"
    client, server = (next(OUT.glob(f"{name}-*.whl")) for name in PYTHON)
    with step("client's wheel into an empty environment"):
        light = trying.environment(folder / "client", constraints, str(client))
    with step("server's wheel into an empty environment"):
        extras = f"{server}[gateway,tracing]"
        full = trying.environment(folder / "server", constraints, str(client), extras)
        run([full / "headwater", "--help"], folder)
    with step("the server starts, and is asked"), trying.served(full, folder) as address:
        ask(light / "python", folder, tree, address, missing)
    with step("lists of components"):
        list_components(full / "python", folder, tree, missing)


def ask(python: Path, folder: Path, tree: Path, address: str, missing: set[str]) -> None:
    """Ask the running server with the client of each language."""
    with step("client's wheel asks it"):
        trying.try_python(python, folder, address)
    if "npm" not in missing:
        with step("npm tarball in an empty folder asks it"):
            trying.try_typescript(next(OUT.glob("*.tgz")), folder / NPM, address)
    if "mvn" not in missing:
        with step("a class compiled against the jar asks it"):
            jar = next(path for path in OUT.glob("*.jar") if "sources" not in path.name)
            needed = tree / "clients" / "java" / "target" / "dependency"
            trying.try_java(jar, needed, folder / "java", address)


def list_components(python: Path, folder: Path, tree: Path, missing: set[str]) -> None:
    """Write a CycloneDX list for each package, of what is installed with it."""
    list_python(python, OUT, "headwater-server.cdx.json")
    if "npm" not in missing:
        list_npm(folder / NPM, OUT, f"{NPM}.cdx.json")
        list_console(tree, OUT, "headwater-console.cdx.json")
    if "mvn" not in missing:
        list_java(tree / "clients" / "java", OUT, "headwater-java.cdx.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

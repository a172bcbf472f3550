"""The clients' examples, each built and started as its reader would; skipped without its tools."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "clients"
GO, JAVA, NODE, PYTHON = (CLIENTS / name for name in ("go", "java", "typescript", "python"))
NO_REGISTRY = re.compile("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED")
JAVA_SOURCES = ("clients/java/pom.xml", "clients/java/src/**/*.java", "protos/**/*.proto")
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")  # a JVM's second


@dataclass(frozen=True)
class Programs:
    """How one language's examples are started: `shop` asks, `pipe` sends what it reads."""

    shop: list[str]
    pipe: list[str]


def need(*tools: str) -> None:
    """Skip the test, by name, where a tool is absent."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not on the PATH")


def run(folder: Path, *command: str, **environment: str) -> str:
    """Run a command of a client's tools; fail with what it said, or return it."""
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"{' '.join(command)}\n{said[-6000:]}"
    return said


def python_programs() -> Programs:
    return Programs([sys.executable, str(PYTHON / "examples" / "shop.py")], [])


def node_programs() -> Programs:
    """Install and build clients/typescript, once for all processes that run tests."""
    need("node", "npm")
    node_modules(NODE)
    with _locked(NODE / "build"):
        built = NODE / "dist" / f"built-{_fingerprint(NODE, 'package-lock.json', 'src/**/*.ts')}"
        if not built.exists():
            run(NODE, "npm", "run", "--silent", "build")
            built.touch()
    examples = NODE / "examples"
    return Programs(["node", str(examples / "node.mjs")], ["node", str(examples / "pipe.mjs")])


def node_modules(folder: Path) -> None:
    """Install what a package of npm pins, unless it is; skip where no registry is in reach."""
    with _locked(folder / "build"):
        pins = _fingerprint(folder, "package-lock.json")
        installed = folder / "node_modules" / f".installed-{pins}"
        if not installed.exists():
            _npm_ci(folder)
            installed.touch()


def _npm_ci(folder: Path) -> None:
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode and NO_REGISTRY.search(done.stderr):
        pytest.skip(f"npm reaches no registry: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr


def go_programs() -> Programs:
    """Build into clients/go/build; go itself knows what it need not build again."""
    need("go")
    build = GO / "build"
    with _locked(build):
        run(GO, "go", "build", "-ldflags=-s -w", "-o", f"{build}/", "./examples/...")
    return Programs([str(build / "shop")], [str(build / "pipe")])


def java_programs() -> Programs:
    """Build into clients/java/target, once for all processes that run tests."""
    need("mvn", "javac")
    with _locked(JAVA / "target"):
        built = JAVA / "target" / "built"
        sources = _fingerprint(ROOT, *JAVA_SOURCES)
        if not built.exists() or built.read_text() != sources:
            run(JAVA, "mvn", "-q", "-B", "-DskipTests", "package")
            built.write_text(sources)
    jars = f"{JAVA}/target/classes:{JAVA}/target/dependency/*"
    java = ["java", *SHORT_LIVED, "-cp", jars]
    shop, pipe = (str(JAVA / "examples" / f"{name}.java") for name in ("Shop", "Pipe"))
    return Programs([*java, shop], [*java, pipe])


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint(folder: Path, *patterns: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build_all() -> None:
    """Build what the tests need; they name a tool that is missing, and are skipped."""
    pages = [partial(node_modules, ROOT / "web" / name) for name in ("console", "shop")]
    builds: list[Callable[[], object]] = [node_programs, *pages, java_programs, go_programs]
    for build in builds:
        with suppress(pytest.skip.Exception):
            build()


if __name__ == "__main__":
    build_all()

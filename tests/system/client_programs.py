"""The clients' examples, each built and started as its reader would; skipped without its tools."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "clients"
GO, JAVA, NODE, PYTHON = (CLIENTS / name for name in ("go", "java", "typescript", "python"))
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
    """Install and build clients/typescript, unless it is."""
    need("node", "npm")
    example = NODE / "examples" / "node.mjs"
    if not example.exists():
        pytest.skip("clients/typescript/examples/node.mjs is not there")
    with _locked(NODE / "build"):
        if not (NODE / "node_modules" / ".package-lock.json").exists():
            run(NODE, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
        if not (NODE / "dist" / "node" / "index.js").exists():
            run(NODE, "npm", "run", "--silent", "build")
    return Programs(["node", str(example)], [])


def go_programs(folder: Path) -> Programs:
    """Build into ``folder``; what go built before is in its own cache."""
    need("go")
    run(GO, "go", "build", "-o", f"{folder}/", "./examples/...")
    return Programs([str(folder / "shop")], [str(folder / "pipe")])


def java_programs() -> Programs:
    """Build into clients/java/target, once for all processes that run tests."""
    need("mvn", "javac")
    with _locked(JAVA / "target"):
        built = JAVA / "target" / f"built-{_fingerprint(JAVA)}"
        if not built.exists():
            run(JAVA, "mvn", "-q", "-B", "-DskipTests", "package")
            built.touch()
    jars = f"{JAVA}/target/*:{JAVA}/target/dependency/*"
    java = ["java", *SHORT_LIVED, "-cp", jars]
    shop, pipe = (str(JAVA / "examples" / f"{name}.java") for name in ("Shop", "Pipe"))
    return Programs([*java, shop], [*java, pipe])


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in [folder / "pom.xml", *sorted(folder.glob("src/**/*.java"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]

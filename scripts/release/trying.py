"""Try each package as its user would: in an empty environment, outside the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.release.steps import run

PATIENCE_S = 1800  # the first start compiles: 40 to 50 seconds of a core that is free
READY = re.compile(r"^headwater ready on (\S+)", re.MULTILINE)

# what a package is tried with; all ask the server that runs from the wheel
PROGRAMS = Path(__file__).parent / "programs"


def environment(folder: Path, constraints: Path, *packages: str) -> Path:
    """Install wheels, and what they need as pinned, into a new environment; return its programs."""
    run([sys.executable, "-m", "venv", "--without-pip", folder], folder.parent)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run([*pip, "install", "--no-compile", "--constraint", constraints, *packages], folder)
    return python.parent


@contextmanager
def served(programs: Path, folder: Path) -> Iterator[str]:
    """Run the server of an environment on an empty folder of data; give its address."""
    log = folder / "serve.log"
    command = [
        str(programs / "headwater"),
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        "data",
    ]
    with log.open("wb") as file:
        server = subprocess.Popen(command, cwd=folder, stdout=file, stderr=file)
    try:
        address = _address(server, log)
        run([programs / "headwater", "probe", "--target", address], folder)
        yield address
    finally:
        server.terminate()
        server.wait(60)


def _address(server: subprocess.Popen[bytes], log: Path) -> str:
    """Return where the server listens, once it says that it is ready."""
    give_up = time.monotonic() + PATIENCE_S
    while not (found := READY.search(text := log.read_text(errors="replace"))):
        if server.poll() is not None or time.monotonic() > give_up:
            raise SystemExit(f"{text}\nrelease: the server is not ready")
        time.sleep(0.5)  # the log is a file: there is nothing to wait on but its content
    return found[1]


def try_python(python: Path, folder: Path, address: str) -> None:
    """Ask the server with the client of an environment."""
    run([python, "-I", PROGRAMS / "ask.py", address], folder)


def try_typescript(tarball: Path, folder: Path, address: str) -> None:
    """Install npm's tarball into an empty folder and ask the server with it."""
    folder.mkdir()
    run(["npm", "init", "--yes"], folder)
    run(["npm", "install", "--no-audit", "--no-fund", tarball], folder)
    shutil.copy2(PROGRAMS / "ask.mjs", folder)
    run(["node", "ask.mjs", address], folder)


def try_java(jar: Path, dependencies: Path, folder: Path, address: str) -> None:
    """Compile a small class against the jar, and ask the server with it."""
    folder.mkdir()
    path = os.pathsep.join([str(jar), f"{dependencies}/*", str(folder)])
    shutil.copy2(PROGRAMS / "Ask.java", folder)
    run(["javac", "-cp", path, "-d", folder, "Ask.java"], folder)
    run(["java", "-cp", path, "Ask", address], folder)

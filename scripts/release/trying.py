"""Try each package as its user would: in an empty environment, outside the tree."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.release.steps import run

PATIENCE_S = 600  # the first start compiles: 40 to 50 seconds of a core that is free

# what a package is tried with; all ask the server that runs from the wheel
PROGRAMS = Path(__file__).parent / "programs"


def environment(folder: Path, constraints: Path, *packages: str) -> Path:
    """Install wheels, and what they need as pinned, into a new environment; return its programs."""
    run([sys.executable, "-m", "venv", "--without-pip", folder], folder.parent)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run([*pip, "install", "--constraint", constraints, *packages], folder)
    return python.parent


@contextmanager
def served(programs: Path, folder: Path) -> Iterator[str]:
    """Run the server of an environment on an empty folder of data; give its address."""
    headwater = programs / "headwater"
    address = f"127.0.0.1:{_free_port()}"
    command = [str(headwater), "serve", "--listen", address, "--data-dir", str(folder / "data")]
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(headwater, server, address, folder / "serve.log")
        yield address
    finally:
        server.terminate()
        server.wait(60)


def _wait(headwater: Path, server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE_S
    probe = [str(headwater), "probe", "--target", address]
    while subprocess.run(probe, check=False, capture_output=True).returncode:
        if server.poll() is not None or time.monotonic() > give_up:
            raise SystemExit(f"{log.read_text(errors='replace')}\nrelease: the server is not ready")
        time.sleep(1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


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

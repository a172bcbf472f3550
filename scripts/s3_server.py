"""Install moto, a server that speaks S3's protocol, into an environment of its own, for tests.

    python scripts/s3_server.py

It prints the program's path. moto needs other versions of packages than we pin, so it is not in
ours; `build/s3` is made once.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

VERSION = "5.2.5"
HERE = Path(__file__).resolve().parent.parent
PLACE = HERE / "build" / "s3"
PATIENCE_S = 240


class NoServer(Exception):
    """The server cannot be had here; the text says why."""


def s3_server(place: Path = PLACE) -> Path:
    """Return the program; `NoServer` if the package registry cannot be reached."""
    program = place / "bin" / "moto_server"
    if program.exists():
        return program
    venv.create(place)
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet"]
    command = [*uv, "--python", str(place / "bin" / "python"), f"moto[server]=={VERSION}"]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoServer(f"the installer took more than {PATIENCE_S} s") from None
    if ran.returncode:
        last = ran.stderr.strip().splitlines()[-1:]
        raise NoServer(f"uv: {last[0] if last else 'ended with an error and no message'}")
    return program


if __name__ == "__main__":
    try:
        print(s3_server())
    except NoServer as error:
        sys.exit(str(error))

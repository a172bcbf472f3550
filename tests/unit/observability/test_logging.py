"""Logs as text: colours are for a terminal alone."""

import subprocess
import sys

import pytest

LOG = """
import structlog
from headwater_server.observability.logging import set_up_logging
set_up_logging("info", "text")
structlog.get_logger("x").warning("a setting looks wrong", warning="w")
"""


@pytest.mark.parametrize("variables", [{}, {"TERM": "xterm-256color"}])
def test_a_file_gets_no_colour_codes(tmp_path, variables):
    path = tmp_path / "log.txt"
    with path.open("wb") as file:
        subprocess.run([sys.executable, "-c", LOG], check=True, stderr=file, env=variables)
    assert b"a setting looks wrong" in path.read_bytes()
    assert b"\x1b" not in path.read_bytes()

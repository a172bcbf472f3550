"""Tests that are written for node:test, each shown to pytest by its name; a file runs once."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass

from tests.system.client_programs import NODE

NAME = re.compile(r'^(?:test|withContext)\(\s*"([^"]+)"', re.MULTILINE)
OUTCOME = re.compile(r"^(ok|not ok) \d+ - (.*?)( # SKIP.*)?$", re.MULTILINE)
PATIENCE_S = 240


def names_of(path: str) -> list[str]:
    """Return the names of a file's tests."""
    return NAME.findall((NODE / path).read_text())


@dataclass(frozen=True)
class Outcomes:
    """How the tests of some files ended, by name, and their output."""

    passed: dict[str, bool]
    said: str

    def must_pass(self, name: str) -> None:
        assert name in self.passed, f"it did not run:\n{self.said[-4000:]}"
        assert self.passed[name], self._report(name)

    def _report(self, name: str) -> str:
        begin = self.said.index(f"- {name}\n")
        return self.said[begin : begin + 3000]


def outcomes(*paths: str, **environment: str) -> Outcomes:
    """Run files of clients/typescript, one after the other."""
    done = subprocess.run(
        ["node", "--test", "--test-concurrency=1", "--test-reporter=tap", *paths],
        check=False,
        cwd=NODE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    said = done.stdout + done.stderr
    ran = OUTCOME.findall(said)
    return Outcomes({name: word == "ok" and not skipped for word, name, skipped in ran}, said)

"""For every test: the tally of the crash suite, whose table ends the run."""

from __future__ import annotations

import pytest

from tests.tallies import TALLIES, Tallies


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TALLIES] = Tallies()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tallies:
    """Note what one seed of a row did: ``tally(row, seed, faults=, acknowledged=, ...)``."""
    return pytestconfig.stash[TALLIES]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    tallies = config.stash.get(TALLIES, None)
    if tallies:
        terminalreporter.section("never lost, never twice")
        for line in tallies.lines():
            terminalreporter.write_line(line)

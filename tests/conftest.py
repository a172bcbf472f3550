"""For every test: patient clients, and the tally of the crash suite, whose table ends the run."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from headwater import AsyncClient, Client
from tests.integration.waiting import be_patient
from tests.tallies import TALLIES, Tallies

HERE = Path(__file__).parent
LONGEST_FIRST = ("system/crash", "system", "simulation", "golden", "properties")
WAITING = "integration"  # 13 s for 1 s of a core, in a file of the client's buffers


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TALLIES] = Tallies()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
        signal.signal(signal.SIGINT, signal.default_int_handler)  # tests send it to what they start
    be_patient(Client, AsyncClient)
    # an example that takes long says more of the machine than of what is tested
    slow = (HealthCheck.too_slow,)
    settings.register_profile("patient", deadline=None, suppress_health_check=slow)
    settings.load_profile("patient")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the process that hands tests to others: add up what they did, when they end."""
    node.config.stash[TALLIES].add(getattr(node, "workeroutput", {}).get("tallies", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process that was handed tests: hand back what they did."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tallies"] = session.config.stash[TALLIES].plain()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes none should be left alone with the longest files at the end."""
    if "HEADWATER_THOROUGH" not in os.environ:
        left_out = [item for item in items if item.get_closest_marker("thorough")]
        if left_out and len(left_out) < len(items):  # a file that is asked for by name is run
            items[:] = [item for item in items if not item.get_closest_marker("thorough")]
            config.hook.pytest_deselected(items=left_out)
    if hasattr(config, "workerinput"):
        turns = _turns({item.path: None for item in items})
        items.sort(key=lambda item: turns[item.path])


def _turns(paths: Iterable[Path]) -> dict[Path, tuple[int, float]]:
    """Return a place for each file: the longest first; then those that wait beside the others.

    A process that computes has the core of one that waits for a store, a limit or a clock.
    """
    groups: dict[str, list[Path]] = {}
    for path in paths:
        folders = (*LONGEST_FIRST, WAITING)
        group = next((name for name in folders if HERE / name in path.parents), "")
        groups.setdefault(group, []).append(path)
    first = {name: place for place, name in enumerate(LONGEST_FIRST)}
    return {
        path: (first.get(name, len(first)), place / len(group))
        for name, group in groups.items()
        for place, path in enumerate(group)
    }


@pytest.fixture(scope="session", autouse=True)
def _own_state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what commands note between runs out of the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Undo how a command set up its logs, so that the next test's lines look as alone."""
    before, level = structlog.get_config(), logging.root.level
    yield
    structlog.configure(**before)
    logging.root.setLevel(level)


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

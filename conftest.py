"""For all tests, those in docstrings too: logs go to standard error, as in every command."""

from __future__ import annotations

from headwater_server.observability.logging import set_up_logging


def pytest_configure() -> None:
    """Set logging up before anything is collected."""
    set_up_logging("info", "text")

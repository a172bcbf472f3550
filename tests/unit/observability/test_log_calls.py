"""Calls of the log, in all of the service's files."""

from __future__ import annotations

import ast
from pathlib import Path

import headwater_server

FILES = sorted(Path(headwater_server.__file__).parent.rglob("*.py"))
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def _names_event(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and any(keyword.arg == "event" for keyword in node.keywords)
    )


def test_no_call_has_an_argument_of_the_name_of_the_message():
    """``event`` is structlog's own name: the call would end in a TypeError, where it is rare."""
    found = [
        f"{file}:{node.lineno}"
        for file in FILES
        if "event=" in (text := file.read_text())
        for node in ast.walk(ast.parse(text))
        if _names_event(node)
    ]
    assert len(FILES) > 400
    assert not found

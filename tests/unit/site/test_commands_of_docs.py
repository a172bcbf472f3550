"""Every `headwater` command of the pages exists, and has the flags that they give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from headwater_server.cli.root import commands

ROOT = Path(__file__).parents[3]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "clients").glob("*/README.md"),
]
COMMAND = re.compile(r"(?:^|[ /(])headwater (?=[a-z])(.+)$")
END = re.compile(r"\s#|\||&&|;|>")
SAID = {"ready on", "gateway ready"}  # lines that a server prints
ROOT_COMMAND: Any = typer.main.get_command(commands)
OWN_PARSER = {"probe"}


def code_of(text: str) -> Iterator[str]:
    """Yield the lines of code blocks, joined where they go on, and code within sentences."""
    is_fenced, begun = False, ""
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif is_fenced or line.startswith("    "):
            begun += line.strip().removesuffix("\\")
            if not line.endswith("\\"):
                yield begun
                begun = ""
        else:
            yield from re.findall(r"`([^`]+)`", line)


def wrong(line: str) -> str:
    """Return what is wrong with a line of a page, "" if nothing is."""
    found = COMMAND.search(line)
    if not found or " ".join(found[1].split()[:2]) in SAID:
        return ""
    words = END.split(found[1])[0].split()
    command, name = ROOT_COMMAND, ""
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        name, inner = words.pop(0), command
        command = inner.commands.get(name)
        if command is None:
            return f"there is no command {name}"
    known = {one for param in command.params for one in (*param.opts, *param.secondary_opts)}
    given = {word.strip("[]().,`").partition("=")[0] for word in words}
    flags = {one for one in given if re.match(r"--[a-z]", one)} - known - {"--help", "--version"}
    return f"{name} has no {', '.join(sorted(flags))}" if flags and name not in OWN_PARSER else ""


def test_a_wrong_command_and_a_wrong_flag_are_found():
    assert wrong("headwater evalute --policy warm") == "there is no command evalute"
    assert wrong("headwater evaluate --polcy warm  # text") == "evaluate has no --polcy"
    assert wrong("headwater rules list --target H:P") == ""


def test_every_command_of_the_pages_exists():
    lines = [(page, line) for page in PAGES for line in code_of(page.read_text("utf-8"))]
    assert sum(COMMAND.search(line) is not None for _, line in lines) > 300
    found = [
        f"{page.relative_to(ROOT)}: {why}: {line}" for page, line in lines if (why := wrong(line))
    ]
    assert found == []

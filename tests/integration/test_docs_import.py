"""The examples of docs/import.md, run as they stand: each command prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.reading.mapping.library import presets

PAGE = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
FILES = re.compile(r'```csv title="(.+?)"\n(.*?)```', re.DOTALL)
EXAMPLES = re.compile(r"```shell\n(.*?)\n```\n\n```text\n(.*?)```", re.DOTALL)


def test_every_example_prints_what_the_page_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    for name, text in FILES.findall(PAGE):
        (tmp_path / name).write_text(text)
    examples = EXAMPLES.findall(PAGE)
    assert len(examples) == PAGE.count("```shell") == 6
    for command, shown in examples:
        program, *arguments = shlex.split(command)
        assert program == "headwater"
        result = CliRunner().invoke(commands, arguments)
        missing = [line for line in shown.splitlines() if line not in result.output]
        assert not missing, result.output


def test_the_page_counts_the_presets():
    names = {form.preset for form in presets()}
    assert f"lists the {len(names)} forms" in PAGE

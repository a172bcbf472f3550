"""Help answers at once, and can be read at 80 columns."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from headwater_server.cli.root import commands

NARROW = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
SLOW = {"numba", "asyncio", "river", "numpy", "redis", "grpc", "structlog", "headwater"}
"""Each takes a tenth of a second or more to import."""


def paths(group=None, before=()):
    """Return every command line that has a help, the groups' own too."""
    group = group or typer.main.get_command(commands)
    found = [before]
    for name, command in group.commands.items():
        found += paths(command, (*before, name)) if hasattr(command, "commands") else []
        found += [] if hasattr(command, "commands") else [(*before, name)]
    return found


def command_at(path):
    """Return the command itself."""
    command = typer.main.get_command(commands)
    for name in path:
        command = command.commands[name]
    return command


def help_of(path):
    """Return the help as a narrow terminal shows it."""
    result = CliRunner().invoke(commands, [*path, "--help"], env=NARROW)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("path", paths(), ids=" ".join)
def test_at_80_columns_every_flag_stands_whole_and_no_text_is_lost(path):
    shown = help_of(path)
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown.replace("NAME,…", "")
    assert "..." not in shown.replace("[ARGS]...", "")
    words = shown.replace("/", " ").split()
    together = "".join(shown.split())
    for option in command_at(path).params:
        if getattr(option, "hidden", False):
            continue
        if option.param_type_name == "argument":
            assert "".join((option.metavar or option.name).split()) in together
            continue
        for flag in (*option.opts, *option.secondary_opts):
            assert flag in words or f"{flag}," in words
        assert "".join((option.help or "").split()) in together


def test_brackets_in_a_text_are_no_markup():
    assert "[[rules]]" in help_of(("serve",))


def modules_after(*arguments):
    """Return the slow packages that a command imports, run as a program of its own."""
    code = "import sys; sys.argv[1:] = sys.argv[1:]\n"
    code += "from headwater_server.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end\n"
    code += "print('\\nMODULES', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return set(done.stdout.rpartition("MODULES")[2].split()) & SLOW


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["serve", "--help"], ["--version"], ["settings"], ["settings", "--effective"]],
    ids=" ".join,
)
def test_what_only_prints_imports_neither_the_engine_nor_a_client(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert modules_after(*arguments) == set()


def test_no_help_imports_more_than_that_of_serve():
    code = "from tests.unit.cli.test_help import SLOW, help_of, paths\nimport sys\n"
    code += "for path in paths():\n    help_of(path)\n"
    code += "print(*(SLOW & {name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_token_keys_are_listed_without_the_kernels(tmp_path):
    assert not modules_after("token-keys", "list", "--data-dir", str(tmp_path)) & {"numba", "river"}


def test_the_version_is_the_distributions():
    assert CliRunner().invoke(commands, ["--version"]).output == "headwater 0.1.0\n"

"""A kernel's digest covers all it was compiled from, and not where its source is."""

from __future__ import annotations

import ast
import builtins
import dis
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

import pytest

import headwater_server
from headwater_server.engine import warmup  # noqa: F401 - it imports every kernel of the engine
from headwater_server.models.kernel_cache import digests

PACKAGE = Path(headwater_server.__file__).parent
PRINT_DIGESTS = """
from headwater_server.engine import warmup
from headwater_server.models.kernel_cache import digests
for kernel, digest in digests._known.items():
    print(f"{kernel.__module__}.{kernel.__qualname__}", digest.hex())
"""


@pytest.fixture
def checkout(tmp_path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("*.pyc"))
    return tmp_path


def digests_of(checkout: Path) -> dict[str, str]:
    run = subprocess.run(
        [sys.executable, "-c", PRINT_DIGESTS],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(line.split() for line in run.stdout.splitlines())


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def changed(elsewhere: dict[str, str]) -> set[str]:
    """Return the names, with the last part of their module, of digests that are not as here."""
    names = {name for name in elsewhere if elsewhere[name] != here()[name]}
    return {".".join(name.split(".")[-2:]) for name in names}


def here() -> dict[str, str]:
    return {
        f"{kernel.__module__}.{kernel.__qualname__}": d.hex()
        for kernel, d in digests._known.items()
    }


def test_equal_sources_have_equal_digests_wherever_they_are(checkout):
    elsewhere = digests_of(checkout)
    assert len(elsewhere) > 50
    assert elsewhere.items() <= here().items()


def test_an_edit_changes_the_digests_that_depend_on_it(checkout):
    replace(
        checkout / PACKAGE.name / "engine/exploration/thompson.py", "DRAWS = 200", "DRAWS = 300"
    )
    edited = changed(digests_of(checkout))
    assert {"thompson.pick", "slots.fill_slots"} <= edited  # the file's own, and those that use it
    assert not {"splitmix.uniform", "plackett_luce._draw", "walk.step"} & edited


def test_the_fields_of_a_named_tuple_change_every_digest(checkout):
    # a kernel reads them by place, and numba's cache compares such types by name
    file = checkout / PACKAGE.name / "engine/reranking/drawing/first_slot.py"
    replace(file, "    pin: int\n", "    fix: int\n")
    elsewhere = digests_of(checkout)
    assert len(changed(elsewhere)) == len(elsewhere)


def names_used(code: CodeType) -> set[str]:
    """Names of globals that ``code`` reads, with those of the functions in it."""
    used = {one.argval for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}
    return used.union(*(names_used(part) for part in code.co_consts if isinstance(part, CodeType)))


@cache
def binding_lines(file: str) -> dict[str, int]:
    """Return the line of each name that a module binds at its top level."""
    lines: dict[str, int] = {}
    for statement in ast.parse(Path(file).read_bytes()).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            lines.setdefault(statement.name, statement.lineno)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.alias):
                lines.setdefault((node.asname or node.name).partition(".")[0], node.lineno)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                lines.setdefault(node.id, node.lineno)
    return lines


def test_kernels_use_what_the_digest_covers():
    """Kernels call only kernels; all else is bound above a file's first kernel, as imports are."""
    first: dict[str, int] = {}
    for kernel in digests._known:
        first.setdefault(kernel.__module__, kernel.__code__.co_firstlineno)
    for kernel in digests._known:
        for name in names_used(kernel.__code__) - set(dir(builtins)):
            value = kernel.__globals__[name]
            assert not isinstance(value, FunctionType), f"{kernel} calls {name}, which is no kernel"
            if getattr(getattr(value, "py_func", None), "__module__", "") != kernel.__module__:
                bound = binding_lines(kernel.__code__.co_filename)[name]
                assert bound < first[kernel.__module__], f"{kernel} needs {name} above it"

"""Kernels that count no references (``_nrt=False``) create no array, and take none from a call.

numba refuses to compile one that creates an array. It does not see that an array which a kernel
returns, or which a called kernel returns to it, needs a count: it would be freed too early, or
never. So such kernels call only each other and functions of numbers.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import headwater_server

PACKAGE = Path(headwater_server.__file__).parent
OF_NUMBERS = {
    "len", "range", "min", "max", "float", "np.sqrt", "np.log", "np.exp2", "math.log1p",
    "np.uint16", "np.uint32", "np.int32", "np.int64", "np.uint64", "np.float32", "np.float64",
}  # fmt: skip
METHODS = {"sum", "view"}  # of a row, and of a number


@cache
def lean() -> dict[str, ast.FunctionDef]:
    """Return the kernels that count no references, by name."""
    found: dict[str, ast.FunctionDef] = {}
    for folder in ("engine", "models"):
        for file in sorted((PACKAGE / folder).rglob("*.py")):
            for one in ast.parse(file.read_bytes()).body:
                if isinstance(one, ast.FunctionDef) and any(map(counts_none, one.decorator_list)):
                    assert one.name not in found, f"two kernels are called {one.name}"
                    found[one.name] = one
    return found


def counts_none(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and "_nrt" in [one.arg for one in decorator.keywords]


def test_there_are_such_kernels() -> None:
    assert {"claim_slot", "add_rows", "uniform"} <= set(lean())


@pytest.mark.parametrize("name", lean())
def test_it_calls_only_kernels_of_its_kind(name: str) -> None:
    nodes = (node for statement in lean()[name].body for node in ast.walk(statement))
    for called in (node.func for node in nodes if isinstance(node, ast.Call)):
        text = ast.unparse(called)
        known = text in OF_NUMBERS or text.rpartition(".")[2] in {*lean(), *METHODS}
        assert known, f"{name} calls {text}, which may return an array"


@pytest.mark.parametrize("name", lean())
def test_it_returns_no_part_of_an_array(name: str) -> None:
    for node in ast.walk(lean()[name]):
        if isinstance(node, ast.Return) and node.value is not None:
            parts = {type(one) for one in ast.walk(node.value)}
            assert not parts & {ast.Slice, ast.Tuple}, ast.unparse(node)

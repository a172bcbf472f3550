"""The packages of the extra `causal`, imported when a method needs them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

NAMES = ("statsmodels", "linearmodels", "semopy")
FIX = (
    "pip install 'headwater-server[causal]' (in a checkout: pip install '.[causal]'; of a wheel: "
    "pip install 'FILE.whl[causal]')"
)


def missing() -> list[str]:
    """Return which packages of the extra are not installed.

    >>> set(missing()) <= set(NAMES)
    True
    """
    return [name for name in NAMES if find_spec(name) is None]


def package(name: str) -> Any:
    """Import a module of the extra; a ModuleNotFoundError names the fix.

    >>> package("math").sqrt(4.0)
    2.0
    """
    try:
        with quiet():
            return import_module(name)
    except ModuleNotFoundError as problem:
        raise ModuleNotFoundError(f"{problem.name} is not installed: {FIX}") from None


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the packages' warnings: what they warn of is checked here, and said in words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

"""The peers, which the server never needs: Open Bandit's obp, and vw-estimators.

obp 0.4.1 requires torch and six more packages for three formulas in numpy. So it is installed
alone (`pip install --no-deps obp==0.4.1`), and its module of estimators is imported with empty
stand-ins for torch and pandas, which these estimators mention in annotations only. Newer versions
of obp refuse Python 3.11.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

BAD_CALL = 2
OBP = "pip install --no-deps obp==0.4.1"
VW = "pip install -e '.[evaluation]'"


def obp_estimators() -> Any:
    """Return obp's module of estimators; ModuleNotFoundError with the command that installs it."""
    spec = find_spec("obp")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"obp is not installed: {OBP}")
    package = ModuleType("obp.ope")  # its own __init__ imports all that is not needed
    package.__path__ = [str(Path(spec.origin).parent / "ope")]
    places = {"torch": _empty("torch", "Tensor"), "pandas": _empty("pandas", "DataFrame")}
    with _instead({**places, "obp.ope": package}):
        return importlib.import_module("obp.ope.estimators")


def vw_estimators(name: str) -> Any:
    """Return a module of vw-estimators' bandits; ModuleNotFoundError with the command."""
    if find_spec("estimators") is None:
        raise ModuleNotFoundError(f"vw-estimators is not installed: {VW}")
    return importlib.import_module(f"estimators.bandits.{name}")


def _empty(name: str, kind: str) -> ModuleType:
    module = ModuleType(name)
    setattr(module, kind, type(kind, (), {}))
    return module


@contextmanager
def _instead(modules: dict[str, ModuleType]) -> Iterator[None]:
    """Let imports find these modules, and afterwards what was there before."""
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module

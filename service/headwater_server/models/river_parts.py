"""The estimators of River that every engine uses, each without the rest of its package.

River's packages import all of their modules, and these import scipy's statistics, its file formats,
and scikit-learn where it is installed: 0.7 s of CPU at each start, for classes that are a few pages
long. So each module is loaded alone. A later import of its whole package finds the same module.

>>> from river import drift
>>> drift.ADWIN is ADWIN
True
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import river

__all__ = ["ADWIN", "PageHinkley", "Ranker", "StandardScaler"]


def _alone(name: str) -> Any:
    """Return the module ``name`` of River; of its package only this module is loaded."""
    if name in sys.modules:
        return sys.modules[name]
    folder = Path(river.__file__).parent
    file = folder.joinpath(*name.split(".")[1:]).with_suffix(".py")
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"River has no {name}", name=name)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from river.drift import ADWIN, PageHinkley
    from river.preprocessing import StandardScaler
    from river.reco.base import Ranker
else:
    ADWIN = _alone("river.drift.adwin").ADWIN
    PageHinkley = _alone("river.drift.page_hinkley").PageHinkley
    StandardScaler = _alone("river.preprocessing.scale").StandardScaler
    Ranker = _alone("river.reco.base").Ranker

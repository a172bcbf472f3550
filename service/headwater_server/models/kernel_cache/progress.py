"""How many of the engine's kernels are compiled."""

from __future__ import annotations

from typing import NamedTuple

from headwater_server.models.kernel_cache.digests import defined
from headwater_server.models.kernel_cache.folders import folder, kernels_in


class Progress(NamedTuple):
    """Of the ``defined`` kernels, in modules that are imported, so many are ``compiled``."""

    compiled: int
    defined: int


def progress() -> Progress:
    """Return how far this process is, without those of the API, which few messages need."""
    ours = {digest.hex() for module, digest in defined() if ".api." not in module}
    return Progress(len(ours & kernels_in(folder())), len(ours))

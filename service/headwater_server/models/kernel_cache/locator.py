"""Where numba finds a kernel's compiled code: in one folder, under the kernel's digest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba.core.caching import _CacheLocator

from headwater_server.models.kernel_cache.digests import digest_of
from headwater_server.models.kernel_cache.folders import fetch, folder

_OURS = __name__.partition(".")[0]


class KernelLocator(_CacheLocator):
    """The locator of the kernels of this package; numba's own serve all others."""

    def __init__(self, kernel: Callable[..., Any]) -> None:
        self._digest = digest_of(kernel).hex()
        fetch(self._digest)

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], _file: str) -> KernelLocator | None:
        """Return the locator of ``py_func``, or None for a function of another package."""
        return cls(py_func) if py_func.__module__.partition(".")[0] == _OURS else None

    def get_cache_path(self) -> str:
        """Return the folder that numba reads and writes."""
        return str(folder())

    def get_source_stamp(self) -> str:
        """Return what numba compares; equal where the name of the file is."""
        return self._digest

    def get_disambiguator(self) -> str:
        """Return the part of the file's name by which kernels of one name differ."""
        return self._digest

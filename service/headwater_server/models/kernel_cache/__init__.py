"""Where compiled kernels are kept, and which of them a start may use without compiling.

A compiled kernel is a file named by the digest of everything it was compiled from (`digests`), so
one folder serves all versions, checkouts and processors, and files may be copied into it. An image
or a wheel may contain compiled kernels in a folder that is read-only. numba uses only a folder that
it can write to, so the kernels that are needed are copied from there.
"""

from pathlib import Path

import numba

from headwater_server.models.kernel_cache import blas, target
from headwater_server.models.kernel_cache.digests import defined
from headwater_server.models.kernel_cache.folders import copy_all, folder
from headwater_server.models.kernel_cache.progress import Progress, progress

__all__ = ["Progress", "copy", "folder", "progress", "use"]

_LOCATORS = (
    "headwater_server.models.kernel_cache.locator.KernelLocator",
    "UserProvidedCacheLocator",  # numba's own, for the functions of others
    "InTreeCacheLocator",
    "UserWideCacheLocator",
)


def use() -> None:
    """Compile the kernels that are defined afterwards for a common target, and keep them here."""
    target.choose()
    blas.leave_out()
    numba.config.CACHE_LOCATOR_CLASSES = ",".join(_LOCATORS)  # type: ignore[attr-defined]


def copy(into: Path) -> None:
    """Copy the compiled kernels that are defined so far, and no others, to another folder."""
    copy_all({digest.hex() for _, digest in defined()}, into)

"""Where compiled kernels are kept, and which of them a start may use without compiling.

A compiled kernel is a file named by the digest of everything it was compiled from (`digests`), so
one folder serves all versions, checkouts and processors, and files may be copied into it. An image
may contain compiled kernels in a folder that is read-only. numba uses only a folder that it can
write to, so the kernels that are needed are copied from there.
"""

from headwater_server.models.kernel_cache.folders import folder, use
from headwater_server.models.kernel_cache.progress import Progress, progress

__all__ = ["Progress", "folder", "progress", "use"]

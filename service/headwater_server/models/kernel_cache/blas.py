"""numba without BLAS: kernels use none, because its sums have no fixed order.

To find it, numba imports scipy.linalg when it compiles or loads its first kernel, which takes a
third of a second of CPU at each start.
"""

from __future__ import annotations

from numba.np import linalg


def leave_out() -> None:
    """Let numba find no BLAS; what needs it (`np.linalg`) still finds it when it is compiled."""
    ensure = getattr(linalg, "ensure_blas", None)  # numba's own: another version may have none
    if ensure is None:
        return
    linalg.ensure_blas = _is_absent
    try:
        import numba.np.arraymath  # noqa: F401, PLC0415 - it looks for BLAS once, here
    finally:
        linalg.ensure_blas = ensure


def _is_absent() -> None:
    raise ImportError("kernels use no BLAS")

"""structlog without rich, which it imports if it is there: a tenth of a second at each start.

Only its tracebacks in colours use rich, and ours are plain.
"""

from __future__ import annotations

import sys

_absent = "rich" not in sys.modules
if _absent:
    sys.modules["rich"] = None  # type: ignore[assignment]  # the import below finds none
try:
    import structlog
finally:
    if _absent:
        del sys.modules["rich"]

__all__ = ["structlog"]

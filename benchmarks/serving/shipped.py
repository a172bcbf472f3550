"""The server as a wheel installs it: with compiled kernels in a folder of the package.

``python -m benchmarks.serving.shipped FOLDER serve ...``: FOLDER has the kernels of this checkout.
"""

from __future__ import annotations

import sys
from pathlib import Path

from headwater_server.models.kernel_cache import folders

if __name__ == "__main__":
    folders.SHIPPED = Path(sys.argv.pop(1))  # before any kernel is defined
    from headwater_server.cli import main

    main()

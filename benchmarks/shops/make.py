"""A learned shop as a data directory, made by a process of its own, which then gives back memory.

``python -m benchmarks.shops.make SHOP DIRECTORY``; SHOP is a JSON object with the fields of `Shop`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.shops.learned import keep, learned
from benchmarks.shops.shop import Shop


def made_in_child(shop: Shop, path: Path) -> None:
    """Make it; raise CalledProcessError if that fails."""
    values = json.dumps(asdict(shop))
    subprocess.run([sys.executable, "-m", "benchmarks.shops.make", values, str(path)], check=True)


if __name__ == "__main__":
    asyncio.run(keep(learned(Shop(**json.loads(sys.argv[1])))[0], Path(sys.argv[2])))

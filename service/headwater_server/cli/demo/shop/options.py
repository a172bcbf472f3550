"""What `headwater demo --shop` was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ShopOptions:
    """The flags: the address, the files, the seed, and the visits per minute."""

    listen: str
    events: Path | None
    items: Path | None
    seed: int
    visits_per_minute: float

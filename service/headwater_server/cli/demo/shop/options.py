"""What `headwater demo --shop` was asked for."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.cli.reading.flags import Reading


@dataclass(frozen=True)
class ShopOptions:
    """The flags: the address, the files, the seed, and the visits per minute."""

    listen: str
    files: Reading
    seed: int
    visits_per_minute: float

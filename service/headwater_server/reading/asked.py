"""What a command asks to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.times import EARLIEST_MS


@dataclass(frozen=True)
class Asked:
    """The files that a command names, and how to read them.

    ``limit``: the first events only. ``earliest_ms``: times before it are refused; 0 allows the
    clock of a simulation.
    """

    events: tuple[Path, ...] = ()
    items: tuple[Path, ...] = ()
    users: tuple[Path, ...] = ()
    options: MappingOptions = field(default_factory=MappingOptions)
    limit: int | None = None
    earliest_ms: int = EARLIEST_MS

    @property
    def is_mapped(self) -> bool:
        """Whether anything but the files was given."""
        return self.options != MappingOptions()

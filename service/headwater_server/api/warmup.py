"""Compiles the kernels that messages need before the first caller waits for them."""

from __future__ import annotations

from headwater_server.api.guard import wire_size
from headwater_server.api.translate import slot_bytes


def warm_up() -> None:
    """Run each once; fast once they are cached."""
    wire_size.warm_up()
    slot_bytes.warm_up()

"""The key that signs attribution tokens: made once, then kept beside the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from headwater_server.storage.store import Store

KEY_BYTES = 32


def key_in_file(path: Path) -> bytes:
    """Return the key in ``path``, made there on first use, readable by its owner only.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "token.key"
    >>> key_in_file(path) == key_in_file(path), len(key_in_file(path)), oct(path.stat().st_mode)
    (True, 32, '0o100600')
    """
    if not path.exists():
        _write_whole(path, secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path} holds {len(key)} bytes, a key has {KEY_BYTES}: restore it")
    return key


def _write_whole(path: Path, key: bytes) -> None:
    # under another name first, so that a crash leaves no half key
    part = path.with_suffix(".part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


async def key_in_store(store: Store, name: str) -> bytes:
    """Return the key that all replicas of a catalogue share, made by whoever comes first."""
    await store.call("SET", name, secrets.token_bytes(KEY_BYTES), "NX")
    key: bytes = await store.call("GET", name)
    return key

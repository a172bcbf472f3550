"""Asks an address, without redis-py, what answers there: its first words give the reason away.

A server that refuses a connection says why and closes it, and redis-py may report only the close.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl

from headwater_server.storage.redis.answers import Reason, answered
from headwater_server.storage.redis.reasons import NEEDS_TLS, NO_TLS, NOT_REDIS

PATIENCE_S = 1.0


async def first_words(host: str, port: int, *, tls: bool) -> Reason | None:
    """Return the reason why no client can work with this address; None if there is none to see."""
    words = await _ask(host, port)
    if words.startswith((b"+PONG", b"-NOAUTH", b"-LOADING", b"-NOPERM")):
        return NO_TLS if tls else None
    if words.startswith((b"\x15\x03", b"\x16\x03")):  # a record of TLS
        return None if tls else NEEDS_TLS
    if words.startswith(b"-"):
        return answered(words[1:].decode(errors="replace").strip())
    if words:
        return NOT_REDIS
    return NEEDS_TLS if not tls and await _speaks_tls(host, port) else None


async def _ask(host: str, port: int) -> bytes:
    """Return the start of the answer to PING, b"" if there is none in time."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"PING\r\n")
                return await reader.read(512)
            finally:
                writer.close()
    return b""


async def _speaks_tls(host: str, port: int) -> bool:
    """Whether a handshake succeeds, with any certificate: nothing is sent to it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.close()
            return True
    return False

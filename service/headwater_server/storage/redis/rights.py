"""Checks at a start that the user of the store may run all commands, and names those missing.

Without it, a server starts on a user that may only read, and fails at the first event.
"""

from __future__ import annotations

from headwater_server.errors import NotPermitted
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store

COMMANDS = (
    "TIME", "EXISTS K", "SET K 1", "GET K", "INCRBY K 1", "PEXPIRE K 60000", "EXPIRE K 60",
    "PERSIST K", "RENAME K K", "UNLINK K",
    "HSET K a 1", "HSETNX K b 1", "HGET K a", "HMGET K a", "HGETALL K", "HLEN K", "HEXISTS K a",
    "HINCRBY K a 1", "HINCRBYFLOAT K a 1", "HDEL K a", "DEL K",
    "ZADD K 1 a", "ZRANGE K 0 0", "ZREVRANGE K 0 0", "ZRANGEBYSCORE K 0 0", "ZREM K a", "DEL K",
    "XADD K * a 1", "XRANGE K - + COUNT 1", "XREVRANGE K + - COUNT 1", "XLEN K",
    "XREAD COUNT 1 STREAMS K 0", "XTRIM K MAXLEN 9", "XDEL K 1-1",
)  # fmt: skip


async def check_rights(store: Store, catalogue: str) -> None:
    """Raise `NotPermitted`, with the line that grants them, if rights are missing."""
    script = Script("rights.lua", "headwater_server.storage.redis")
    found = await script.run(store, (Keys(catalogue).probe,), COMMANDS)
    names = list(dict.fromkeys(name.decode() for name in found or ()))
    if names:
        grants = " ".join(f"+{name.lower()}" for name in names)
        raise NotPermitted(
            f"the user of redis_url may not run {', '.join(names)} (NOPERM): run "
            f"`ACL SETUSER NAME {grants}` on the store"
        )

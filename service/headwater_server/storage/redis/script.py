"""A Lua script of this package, which is sent once and then called by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from headwater_server.storage.redis.store import Argument, Store
from headwater_server.storage.redis.store_errors import good


class Script:
    """One script. A server that does not have it gets its text: it did not run then."""

    def __init__(self, name: str, package: str) -> None:
        """Read ``name`` from ``package``, the caller's own ``__package__``."""
        self._text = (files(package) / name).read_text()
        self._sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    async def run(self, store: Store, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Return what the script returns."""
        try:
            return await store.call("EVALSHA", self._sha, len(keys), *keys, *arguments)
        except NoScriptError:
            # not SCRIPT LOAD: that would go to the primary, and a cluster that moves our slot asks
            # for the command at another node
            return await store.call("EVAL", self._text, len(keys), *keys, *arguments)

    async def run_then(
        self,
        store: Store,
        keys: Sequence[str],
        arguments: Sequence[Argument],
        then: tuple[Argument, ...],
    ) -> tuple[Any, Any]:
        """Run the script and, on the same connection, the command ``then``; return both answers."""
        called = (len(keys), *keys, *arguments)
        answers = await store.call_both(("EVALSHA", self._sha, *called), then)
        if isinstance(answers[0], NoScriptError):
            answers = await store.call_both(("EVAL", self._text, *called), then)
        return good(answers[0]), good(answers[1])

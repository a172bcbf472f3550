"""Objects of one catalogue in a directory or a bucket, with errors of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import LocalStore, S3Store

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.storage.private import make_private

TRIES = 20  # of a change, while others change the same object
AWAY = "the object store of snapshots does not answer; try again"


class Bucket:
    """Reads and writes whole objects; names are below those of the catalogue."""

    def __init__(self, url: str, catalogue: str, timeout_ms: int) -> None:
        """Use a file:// or s3:// URL; nothing is sent yet."""
        self._store = _opened(url, timeout_ms)
        self._prefix = catalogue
        self._is_local = url.startswith("file:")
        self._changing = asyncio.Lock()

    def _path(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    async def put(self, name: str, content: bytes) -> int:
        """Write an object; return the time of the store in milliseconds."""
        with object_errors():
            await obstore.put_async(self._store, self._path(name), content)
            meta = await obstore.head_async(self._store, self._path(name))
        return _ms(meta)

    async def create(self, name: str, content: bytes) -> bool:
        """Write an object unless it is there; return whether it was written."""
        with object_errors():
            try:
                await obstore.put_async(self._store, self._path(name), content, mode="create")
            except exceptions.AlreadyExistsError:
                return False
        return True

    async def get(self, name: str) -> bytes | None:
        """Return an object's content, None if there is none."""
        found = await self.get_with_time(name)
        return None if found is None else found[0]

    async def get_with_time(self, name: str) -> tuple[bytes, int] | None:
        """Return an object's content and the time of its last write, in whole seconds.

        More a store does not say of a single object; in `names` the time may have milliseconds.
        """
        with object_errors():
            try:
                found = await obstore.get_async(self._store, self._path(name))
                return bytes(await found.bytes_async()), _ms(found.meta) // 1_000
            except (exceptions.NotFoundError, FileNotFoundError):
                return None

    async def change(self, name: str, change: Callable[[bytes | None], bytes | None]) -> bool:
        """Replace an object by what ``change`` makes of it, at once; None leaves it.

        Of several that change it at the same time, each sees what the one before has written. In a
        directory this holds for the tasks of one process.
        """
        async with self._changing:
            for _ in range(TRIES):
                with object_errors():
                    found, tag = await self._tagged(name)
                    wanted = change(found)
                    if wanted is None:
                        return False
                    if await self._replaced(name, wanted, tag, is_new=found is None):
                        return True
        raise StoreUnavailable("others change the same object all the time; try again")

    async def _tagged(self, name: str) -> tuple[bytes | None, str]:
        try:
            found = await obstore.get_async(self._store, self._path(name))
        except (exceptions.NotFoundError, FileNotFoundError):
            return None, ""
        return bytes(await found.bytes_async()), found.meta["e_tag"] or ""

    async def _replaced(self, name: str, wanted: bytes, tag: str, *, is_new: bool) -> bool:
        mode: Any = "create" if is_new else "overwrite" if self._is_local else {"e_tag": tag}
        try:
            await obstore.put_async(self._store, self._path(name), wanted, mode=mode)
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError):
            return False
        return True

    async def names(self, under: str) -> list[tuple[str, int]]:
        """Return the names below a folder, sorted, each with the time of its last write."""
        folder = self._path(under)
        with object_errors():
            found = await obstore.list(self._store, prefix=folder).collect_async()
        cut = len(self._prefix) + 1
        return sorted((meta["path"][cut:], _ms(meta)) for meta in found)

    async def delete(self, *names: str) -> None:
        """Delete objects; one that is not there is no error."""
        with object_errors():
            for name in names:
                try:
                    await obstore.delete_async(self._store, self._path(name))
                except (exceptions.NotFoundError, FileNotFoundError):
                    continue


def _ms(meta: Any) -> int:
    return int(1_000 * meta["last_modified"].timestamp())


def _opened(url: str, timeout_ms: int) -> LocalStore | S3Store:
    if url.startswith("file:"):
        directory = Path(urlsplit(url).path)
        make_private(directory)
        return LocalStore(directory)
    parts = urlsplit(url)
    # a snapshot's chunk is a megabyte: an answer may take longer than that of a log
    timeout = timedelta(milliseconds=10 * timeout_ms)
    try:
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            client_options={"timeout": timeout, "allow_http": True},
            retry_config={"max_retries": 2, "retry_timeout": timeout},
        )
    except exceptions.BaseError:
        raise StoreRefused(
            "snapshots cannot be used: check AWS_REGION, AWS_ENDPOINT_URL and the keys"
        ) from None


@contextmanager
def object_errors() -> Iterator[None]:
    """Translate errors of the object store; no text of its own reaches a caller."""
    try:
        yield
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise NotPermitted(
            "the object store of snapshots refuses the keys: it needs GetObject, PutObject, "
            "DeleteObject and ListBucket"
        ) from error
    except (exceptions.BaseError, OSError) as error:
        if isinstance(error, exceptions.NotFoundError) or "NoSuchBucket" in str(error):
            text = "there is no such bucket: create it, or correct snapshots"
            raise StoreRefused(text) from error
        raise StoreUnavailable(AWAY) from error

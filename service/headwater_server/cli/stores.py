"""Which store a command works on, and the errors of opening it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from pathlib import Path
from typing import TYPE_CHECKING

from headwater_server.cli.failures import FAILED, MISUSED, fail, os_error_text, shown_name
from headwater_server.cli.outputs import is_dir
from headwater_server.errors import StoreRefused
from headwater_server.settings import Settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.storage.storage import Storage


def chosen_store(settings: Settings, *, check: bool = True) -> AbstractAsyncContextManager[Storage]:
    """Open the store that the settings name; an embedded one is started and stopped again."""
    from headwater_server.storage.storage import open_storage

    place = settings.place
    return open_storage(
        settings.storage,
        redis_url=place.redis_url,
        data_dir=place.data_dir,
        log=place.log,
        snapshots=place.snapshots,
        check=check,
    )


@asynccontextmanager
async def store_beside_a_server(settings: Settings) -> AsyncIterator[Storage]:
    """Open the store that the settings name, even while a server uses its data directory."""
    from headwater_server.storage.embedded.data_dir import DataDirInUseError, socket_in
    from headwater_server.storage.storage import open_storage

    async with AsyncExitStack() as parts:
        try:
            storage = await parts.enter_async_context(chosen_store(settings))
        except DataDirInUseError:
            data_dir = settings.place.data_dir
            socket = socket_in(data_dir) if data_dir else None
            if socket is None or not socket.exists():
                raise
            storage = await parts.enter_async_context(
                open_storage(
                    settings.storage,
                    data_dir=data_dir,
                    log=settings.place.log,
                    snapshots=settings.place.snapshots,
                    socket=socket,
                )
            )
        yield storage


def check_one_place(target: str | None, settings: Settings) -> None:
    """Refuse two places, and none. Raises `BadSettings`."""
    place = settings.place
    places = (target, place.redis_url, place.data_dir)
    alone = place.log is not None and place.snapshots is not None and places == (None,) * 3
    if not alone and sum(one is not None for one in places) != 1:
        raise BadSettings(
            "give one of --target, --redis-url and --data-dir, or --log with --snapshots"
        )


def check_one_existing(target: str | None, settings: Settings) -> None:
    """Refuse an empty place, too: a typing error must not create a store. Raises `BadSettings`."""
    check_one_place(target, settings)
    check_store_dir(settings.place.data_dir)


def check_store_dir(data_dir: Path | None) -> None:
    """Refuse a directory that is not there, and somebody's own. Raises `BadSettings`.

    Opening a store would put files there, and close it to other users. A new one may be empty.
    """
    from headwater_server.storage.embedded.data_dir import OURS

    if data_dir is None:
        return
    check_is_dir("--data-dir", data_dir)
    names = {one.name for one in data_dir.iterdir()}
    if names and names.isdisjoint(OURS):
        raise BadSettings(
            f"--data-dir: there is no store of Headwater in {data_dir}; give the directory of "
            "`headwater serve --data-dir` or of `headwater import --data-dir`"
        )


def check_dirs(settings: Settings) -> None:
    """Refuse directories of a store and of an archive that are not there. Raises `BadSettings`."""
    check_store_dir(settings.place.data_dir)
    if settings.storage.archive_dir is not None:
        check_is_dir("--archive-dir", settings.storage.archive_dir)


def check_is_dir(flag: str, path: Path) -> None:
    """Refuse what is no directory, as a name that is too long. Raises `BadSettings`."""
    if not is_dir(path):
        raise BadSettings(f"{flag}: there is no directory {shown_name(path)}")


@contextmanager
def store_explained() -> Iterator[None]:
    """Turn the errors of a store into one line and an exit code."""
    from headwater_server.cli.store_errors import STORE_ERRORS, unknown_answer

    try:
        yield
    except StoreRefused as error:
        fail(str(error), MISUSED)
    except STORE_ERRORS as error:
        fail(str(error), FAILED)
    except BrokenPipeError:  # who read the output has ended: the command ends silently
        raise
    except OSError as error:  # of the data directory: its disk is full, or not ours
        fail(_reason(error), FAILED)
    except Exception as error:
        if answer := unknown_answer(error):
            fail(answer, FAILED)
        raise


def _reason(error: OSError) -> str:
    """Return the reason without the system's number.

    >>> _reason(FileExistsError(17, "File exists", "/etc/passwd"))
    '/etc/passwd: is a file; --data-dir and the other directories need one of their own'
    >>> _reason(FileNotFoundError(2, "No such file or directory", "/nowhere/data"))
    '/nowhere/data: No such file or directory; choose a place where directories can be made'
    >>> _reason(OSError(28, "No space left on device"))
    'No space left on device'
    """
    if isinstance(error, FileExistsError | NotADirectoryError):
        why = "is a file; --data-dir and the other directories need one of their own"
    elif isinstance(error, FileNotFoundError):
        why = f"{error.strerror}; choose a place where directories can be made"
    else:
        return os_error_text(error)
    return f"{shown_name(error.filename)}: {why}" if error.filename else why


def wait_for_store(settings: Settings) -> None:
    """Return when the store at redis_url can be used; the reason comes before anything slow.

    Raises `StoreRefused` or `StoreUnavailable`. An embedded store is started later.
    """
    import asyncio

    from headwater_server.storage.redis.reach import check_user, reach

    async def wait(url: str) -> None:
        await reach(url, settings.storage, patience_s=settings.storage.store_wait_s)
        await check_user(url, settings.storage)

    if settings.place.redis_url:
        asyncio.run(wait(settings.place.redis_url))
    if settings.place.log:
        asyncio.run(_reach_log(settings.place.log, settings))


async def _reach_log(url: str, settings: Settings) -> None:
    from headwater_server.storage.extras import extra

    with extra("log", "kafka"):
        from headwater_server.storage.kafka.opening import reach_topic
    await reach_topic(url, settings.storage, patience_s=settings.storage.store_wait_s)

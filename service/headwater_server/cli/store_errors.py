"""The errors of a store that a user can fix. Apart, since this imports the store's client."""

from __future__ import annotations

from redis.exceptions import RedisError

from headwater_server.errors import HeadwaterError
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.group.membership import MixedStatesError
from headwater_server.storage.embedded.binary import NoServerProgramError
from headwater_server.storage.embedded.data_dir import DataDirInUseError
from headwater_server.storage.embedded.server_process import ServerDiedError
from headwater_server.storage.log.promises import UnfitStoreError
from headwater_server.storage.private import NotPrivateError

STORE_ERRORS = (
    HeadwaterError, LogBroken, UnreadableEntry, MixedStatesError, NoServerProgramError,
    DataDirInUseError, UnfitStoreError, ServerDiedError, NotPrivateError,
)  # fmt: skip


def unknown_answer(error: Exception) -> str:
    """Return one line for an error reply that no rule knows, "" for all other errors.

    It is cut before the arguments of the command: they may contain a person's data.

    >>> unknown_answer(RedisError("unknown command 'XADD', with args beginning with: 'secret'"))
    "the store refuses a command: unknown command 'XADD'"
    """
    if not isinstance(error, RedisError):
        return ""
    said = str(error).partition(", with args")[0].partition(chr(10))[0]
    return f"the store refuses a command: {said[:200]}"

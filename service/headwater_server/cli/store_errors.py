"""The errors of a store that a user can fix. Apart, since this imports the store's client."""

from __future__ import annotations

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

"""What an append waits for besides the store's own answer: its disk, and its replicas."""

from __future__ import annotations

from typing import Any

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.settings import Durability, StorageSettings


class Confirming:
    """The command that is sent after each append, and the check of its answer.

    >>> Confirming(StorageSettings(), knows_waitaof=True).command
    >>> Confirming(StorageSettings(durability=Durability.ALWAYS), knows_waitaof=True).command
    ('WAITAOF', 1, 0, 750)
    >>> Confirming(StorageSettings(min_replicas_acked=2), knows_waitaof=True).command
    ('WAIT', 2, 750)
    """

    def __init__(self, settings: StorageSettings, *, knows_waitaof: bool) -> None:
        """``knows_waitaof`` says whether the server can confirm an fsync."""
        self._replicas = settings.min_replicas_acked
        self._disk = knows_waitaof and settings.durability is Durability.ALWAYS
        # less than the client's timeout, so that the answer says what is missing; an idle server
        # sends it up to 100 ms late
        ours_ms = settings.store_timeout_ms
        self._patience_ms = max(ours_ms // 2, ours_ms - 250)

    @property
    def command(self) -> tuple[str | int, ...] | None:
        """Return the command to send on the same connection, None if there is none."""
        if self._disk:
            return ("WAITAOF", 1, self._replicas, self._patience_ms)
        if self._replicas:
            return ("WAIT", self._replicas, self._patience_ms)
        return None

    @property
    def replicas(self) -> int:
        """Return how many replicas have to confirm."""
        return self._replicas

    def check(self, answer: Any) -> None:
        """Raise `StoreUnavailable`, with what is missing, unless ``answer`` confirms the write."""
        disk, replicas = answer if self._disk else (1, answer)
        if disk < 1:
            raise StoreUnavailable("the store did not confirm in time that the write is on disk")
        if replicas < self._replicas:
            raise StoreUnavailable(
                f"{replicas} of the {self._replicas} replicas that min_replicas_acked requires "
                "confirmed the write in time; it may still be learned"
            )

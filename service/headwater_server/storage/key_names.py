"""The names of all Redis keys of one catalogue; they share a hash tag, and so one slot."""

from __future__ import annotations

import re

_CATALOGUE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class Keys:
    """The keys of one catalogue.

    >>> Keys("shoes").log
    'hw:{shoes}:log'
    """

    def __init__(self, catalogue: str) -> None:
        """`ValueError` for a name that could reach into another catalogue's keys."""
        if not _CATALOGUE.fullmatch(catalogue):
            raise ValueError(
                f"catalogue {catalogue[:80]!r}: 1 to 64 letters, digits, dots, dashes, underscores"
            )
        self._prefix = f"hw:{{{catalogue}}}"
        self.log = f"{self._prefix}:log"
        self.head = f"{self._prefix}:head"
        self.head_elsewhere = f"{self._prefix}:head:elsewhere"
        self.confirmed = f"{self._prefix}:confirmed"
        self.rewritten = f"{self._prefix}:log:rewritten"
        self.archive = f"{self._prefix}:archive"
        self.snapshots = f"{self._prefix}:snapshots"
        self.quarantine = f"{self._prefix}:quarantine"
        self.quarantined = f"{self._prefix}:quarantined"
        self.replicas = f"{self._prefix}:replicas"
        self.token_keys = f"{self._prefix}:token-keys"
        self.serving = f"{self._prefix}:replicas:serving"
        self.probe = f"{self._prefix}:probe"
        self.evaluations = f"{self._prefix}:evaluations"
        self.personalizer_deadlines = f"{self._prefix}:personalizer:deadlines"
        self.personalizer_figures = f"{self._prefix}:personalizer:figures"
        self.personalizer_configuration = f"{self._prefix}:personalizer:configuration"
        self.personalizer_evaluations = f"{self._prefix}:personalizer:evaluations"

    def snapshot(self, snapshot_id: str) -> str:
        """Return the key of one snapshot's chunks and manifest."""
        return f"{self._prefix}:snapshot:{snapshot_id}"

    def evaluation(self, name: str) -> str:
        """Return the key of one report of `headwater evaluate`."""
        return f"{self._prefix}:evaluations:{name}"

    def personalizer_event(self, event_id: str) -> str:
        """Return the key of one event of the Personalizer adapter, until it has its reward."""
        return f"{self._prefix}:personalizer:event:{event_id}"

    def digests(self, mark_id: str) -> str:
        """Return the key of the replicas' digests at one mark."""
        return f"{self._prefix}:digests:{mark_id}"

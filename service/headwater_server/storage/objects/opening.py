"""Opens what is stored as objects; nothing is sent yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from headwater_server.replica.ports.position import Position
from headwater_server.storage.kept.snapshots import Contains
from headwater_server.storage.objects.bucket import Bucket
from headwater_server.storage.objects.evaluations import ObjectEvaluations
from headwater_server.storage.objects.quarantine import ObjectQuarantine
from headwater_server.storage.objects.replicas import ObjectReplicas
from headwater_server.storage.objects.small import ObjectCharge, ObjectTokenKeys
from headwater_server.storage.objects.snapshots import ObjectSnapshots
from headwater_server.storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Objects:
    """The parts of one catalogue in a directory or a bucket."""

    bucket: Bucket
    settings: StorageSettings
    snapshots: ObjectSnapshots

    def quarantine(self) -> ObjectQuarantine:
        """Return the rejected events."""
        return ObjectQuarantine(self.bucket, self.settings)

    def replicas(self, head: Callable[[], Awaitable[Position]]) -> ObjectReplicas:
        """Return the registry; ``head`` is that of the log."""
        return ObjectReplicas(self.bucket, head)

    def ring(self) -> ObjectTokenKeys:
        """Return the keys of tokens."""
        return ObjectTokenKeys(self.bucket)

    def evaluations(self) -> ObjectEvaluations:
        """Return the reports."""
        return ObjectEvaluations(self.bucket)

    def charge(self) -> ObjectCharge:
        """Return which archive belongs to the log."""
        return ObjectCharge(self.bucket)


def open_objects(url: str, settings: StorageSettings, contains: Contains) -> Objects:
    """Return the parts; ``contains`` says whether the log has an entry."""
    bucket = Bucket(url, settings.catalogue, settings.store_timeout_ms)
    return Objects(bucket, settings, ObjectSnapshots(bucket, settings.snapshots_kept, contains))

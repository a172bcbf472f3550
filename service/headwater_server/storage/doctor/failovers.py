"""What a failover of the store may lose, and what failovers have lost."""

from __future__ import annotations

from headwater_server.engine.messages.entries import AcknowledgedLost
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.storage.doctor.findings import Finding
from headwater_server.storage.log.promises import failover_warning, replication
from headwater_server.storage.log.stream import Entries
from headwater_server.storage.redis.store import Store

IDS_SHOWN = 1_000
SEND_AGAIN = "send them again: they are learned, once"


async def check_replication(store: Store, replicas_wanted: int) -> Finding:
    """Compare how many replicas there are with how many an acknowledgement waits for."""
    info = await replication(store)
    if info is None:
        return Finding("failover", "the store does not show its replicas (INFO replication)")
    connected = int(info.get("connected_slaves", 0))
    if warning := failover_warning(replicas_wanted, connected):
        return Finding("failover", warning, warns=True)
    if not connected:
        return Finding("failover", "the store has no replica: nothing can take over")
    return Finding("failover", f"all {connected} replicas have what is acknowledged")


async def check_losses(stream: Entries) -> Finding:
    """List the ids that replicas reported as lost, of all entries that the log keeps."""
    ids: dict[str, None] = {}
    others, partial = 0, False
    try:
        async for entry in stream.entries("0-0"):
            if b"\x82\x01" not in entry.payload:  # the tag of the operation's kind: most have none
                continue
            for operation in entry.parsed().entry.operations:
                if isinstance(operation, AcknowledgedLost):
                    ids |= dict.fromkeys(operation.event_ids)
                    others += operation.other_operations
                    partial |= operation.is_partial
    except (LogBroken, UnreadableEntry):
        return Finding("losses", "not known beyond the broken entry")
    if not (ids or others or partial):
        return Finding("losses", "no failover has lost anything that was learned")
    shown = ", ".join(list(ids)[:IDS_SHOWN])
    more = f" and {len(ids) - IDS_SHOWN} more" if len(ids) > IDS_SHOWN else ""
    text = f"failovers lost {len(ids)} learned events: {shown}{more}"
    if others:
        text += f"; and {others} other writes, such as of items"
    if partial:
        text += "; and some that nobody remembers"
    return Finding("losses", text, fix=SEND_AGAIN, warns=True)

"""Changes of keys, and ends of sessions, as stored messages."""

from __future__ import annotations

from dataclasses import asdict

from headwater_server.engine.messages.entries import KeyChange, SessionEnd
from headwater_server.log.v1 import entry_pb2 as pb

ACCESS_KINDS = frozenset({"key_change", "session_end"})


def write_access_operation(operation: KeyChange | SessionEnd, stored: pb.Operation) -> None:
    """Write an operation into the stored one."""
    if isinstance(operation, KeyChange):
        stored.key_change.CopyFrom(pb.KeyChange(**asdict(operation)))
    else:
        stored.session_end.CopyFrom(pb.SessionEnd(**asdict(operation)))


def decode_access_operation(stored: pb.Operation) -> KeyChange | SessionEnd:
    """Return the operation that is stored."""
    if stored.HasField("key_change"):
        change = stored.key_change
        return KeyChange(change.who, tuple(change.keys), change.action, change.subject)
    end = stored.session_end
    return SessionEnd(end.session_id, end.until_ms, end.who)

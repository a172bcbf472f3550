"""How far each source was read, as the part of the log that is kept says."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater_server.engine.messages.entries import SourceAdvance
from headwater_server.engine.sources import Sources, SourceState
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.storage.doctor.findings import Finding
from headwater_server.storage.log.stream import Entries

_TAG = b"\x8a\x01"  # of the operation's kind: most entries have none


async def check_sources(stream: Entries) -> list[Finding]:
    """Return a finding for each partition of a source, none if no source was read."""
    sources = Sources()
    try:
        async for entry in stream.entries("0-0"):
            if _TAG not in entry.payload:
                continue
            parsed = entry.parsed().entry
            for operation in parsed.operations:
                if isinstance(operation, SourceAdvance):
                    sources.follow(operation, parsed.time_ms)
    except (LogBroken, UnreadableEntry):
        return [Finding("source", "not known beyond the broken entry")]
    return [_finding(*key, kept) for key, kept in sorted(sources.all().items())]


def _finding(source: str, partition: str, state: SourceState) -> Finding:
    at = datetime.fromtimestamp(state.time_ms / 1_000, UTC).isoformat(timespec="seconds")
    text = (
        f"{source}, partition {partition}: read to {state.position} at {at}, "
        f"{state.messages} messages on the log that is kept"
    )
    if not state.missed:
        return Finding("source", text)
    return Finding(
        "source",
        f"{text}; {state.missed} more were deleted at the source before they were read",
        fix="keep messages longer at the source than servers may be away, and send these again",
        warns=True,
    )

"""Encodes and decodes entries: the engine's dataclasses as the bytes of one stream entry."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import asdict

from google.protobuf.message import DecodeError

from headwater_server.engine.messages.entries import (
    AcknowledgedLost,
    Build,
    Entry,
    ErasedEvent,
    ItemDelete,
    ItemWrite,
    KeyChange,
    Mark,
    Operation,
    QuarantineChange,
    SessionEnd,
    SettingsChange,
    SourceAdvance,
    UserErase,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.messages.rules import RuleDelete, RuleOperation, RuleWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.storage.codecs.access_codec import (
    ACCESS_KINDS,
    decode_access_operation,
    write_access_operation,
)
from headwater_server.storage.codecs.event_codec import (
    decode_event,
    encode_erased_event,
    write_event,
)
from headwater_server.storage.codecs.experiment_codec import (
    KINDS,
    decode_policy_operation,
    write_policy_operation,
)
from headwater_server.storage.codecs.item_codec import (
    decode_item_delete,
    decode_item_write,
    encode_item_delete,
    encode_item_write,
)
from headwater_server.storage.codecs.rule_codec import (
    RULE_KINDS,
    decode_rule_operation,
    write_rule_operation,
)
from headwater_server.storage.codecs.user_codec import decode_user_write, encode_user_write

ENTRY_VERSION = 2  # as it is written
READ_VERSIONS = (1, 2)  # 2 adds places, questions and arms of answers, and builds
STEP_OPERATIONS = 100  # whose kinds are looked at in one step


def encode_operations(operations: Sequence[Operation], *, imported: bool = False) -> bytes:
    """Return the bytes of one entry.

    The results of two calls can be concatenated to one entry with the operations of both, since
    protobuf merges repeated fields: a group is committed without encoding anything twice.
    """
    entry = pb.Entry(version=ENTRY_VERSION, imported=imported)
    for operation in operations:
        _write(operation, entry.operations.add())
    # deterministic: equal entries have equal bytes, so that archives can be compared
    return entry.SerializeToString(deterministic=True)


def parse_entry(payload: bytes) -> pb.Entry:
    """Parse an entry's bytes, and check that this build knows everything in it.

    `UnreadableEntry` if not: a replica stops there, because skipping the entry would fork its
    state from the others'. It is raised before the first operation is applied.
    """
    steps = parsing_entry(payload)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            parsed: pb.Entry = end.value
            return parsed


def parsing_entry(payload: bytes) -> Generator[None, None, pb.Entry]:
    """Do the same in short steps."""
    try:
        stored = pb.Entry.FromString(payload)
    except DecodeError as error:
        raise UnreadableEntry(f"the payload is not an entry: {error}") from error
    if stored.version not in READ_VERSIONS:
        raise UnreadableEntry(
            f"the entry has version {stored.version}, this build reads {ENTRY_VERSION} and older"
        )
    yield
    for number, operation in enumerate(stored.operations, 1):
        kind = operation.WhichOneof("kind")
        if kind is None:
            raise UnreadableEntry("an operation is of a kind that this build does not know")
        if kind == "settings_change":
            _decode_settings(operation.settings_change)
        if number % STEP_OPERATIONS == 0:
            yield
    _refuse_unknown_fields(stored)
    return stored


def _refuse_unknown_fields(stored: pb.Entry) -> None:
    """Refuse a later build's field in anything known: protobuf would ignore it silently."""
    size = stored.ByteSize()
    stored.DiscardUnknownFields()
    if stored.ByteSize() != size:
        raise UnreadableEntry("the entry contains a field that this build does not know")


def append_time_ms(stored: pb.Entry, offset_ms: int) -> int:
    """Return when the store appended an entry; ``offset_ms`` is the time in its offset."""
    return stored.append_time_ms if stored.HasField("append_time_ms") else offset_ms


def with_time(payload: bytes, time_ms: int) -> bytes:
    """Return an entry's bytes with its own time, to put it onto another log as it was.

    >>> entry = with_time(encode_operations(()), 1_700_000_000_000)
    >>> append_time_ms(parse_entry(entry), 5), append_time_ms(parse_entry(with_time(entry, 9)), 5)
    (1700000000000, 1700000000000)
    """
    if pb.Entry.FromString(payload).HasField("append_time_ms"):
        return payload
    return payload + pb.Entry(append_time_ms=time_ms).SerializeToString(deterministic=True)


def decode_operations(stored: Iterable[pb.Operation]) -> tuple[Operation, ...]:
    """Return the operations of an entry that `parse_entry` has checked."""
    return tuple([_decode(operation) for operation in stored])


def decode_entry(payload: bytes, time_ms: int) -> Entry:
    """Decode an entry whose offset has ``time_ms``; see `parse_entry`."""
    stored = parse_entry(payload)
    operations = decode_operations(stored.operations)
    return Entry(append_time_ms(stored, time_ms), operations, stored.imported)


def _write(operation: Operation, stored: pb.Operation) -> None:
    """Write an operation into an empty message, in place: a message that is passed is copied."""
    match operation:
        case Event():
            write_event(operation, stored.event)
        case ItemWrite():
            stored.item_write.CopyFrom(encode_item_write(operation))
        case ItemDelete():
            stored.item_delete.CopyFrom(encode_item_delete(operation))
        case UserWrite():
            stored.user_write.CopyFrom(encode_user_write(operation))
        case UserErase():
            stored.user_erase.CopyFrom(
                pb.UserErase(
                    user_id=operation.user_id,
                    visitor_ids=operation.visitor_ids,
                    who=operation.who,
                )
            )
        case VisitorUnlink():
            stored.visitor_unlink.CopyFrom(pb.VisitorUnlink(visitor_id=operation.visitor_id))
        case ErasedEvent():
            stored.erased_event.CopyFrom(encode_erased_event(operation))
        case Mark():
            stored.mark.CopyFrom(pb.Mark(mark_id=operation.mark_id))
        case AcknowledgedLost() | SourceAdvance() | QuarantineChange() | KeyChange() | SessionEnd():
            _write_flat(operation, stored)
        case SettingsChange():
            text = operation.settings.canonical()
            change = pb.SettingsChange(settings=text, who=operation.who, given=operation.given)
            stored.settings_change.CopyFrom(change)
        case Build():
            stored.build.version, stored.build.river = operation.version, operation.river
            stored.build.state_version = operation.state_version
        case _:
            _write_of_people(operation, stored)


def _write_of_people(operation: RuleOperation | PolicyOperation, stored: pb.Operation) -> None:
    if isinstance(operation, RuleWrite | RuleDelete):
        write_rule_operation(operation, stored)
    else:
        write_policy_operation(operation, stored)


def _decode(stored: pb.Operation) -> Operation:
    match kind := stored.WhichOneof("kind"):
        case "event":
            return decode_event(stored.event)
        case "item_write":
            return decode_item_write(stored.item_write)
        case "item_delete":
            return decode_item_delete(stored.item_delete)
        case "user_write":
            return decode_user_write(stored.user_write)
        case "user_erase":
            erase = stored.user_erase
            return UserErase(erase.user_id, tuple(erase.visitor_ids), erase.who)
        case "visitor_unlink":
            return VisitorUnlink(stored.visitor_unlink.visitor_id)
        case "erased_event":
            erased = stored.erased_event
            return ErasedEvent(erased.id_hash, erased.content_hash, erased.from_page)
        case "mark":
            return Mark(stored.mark.mark_id)
        case _ if kind in FLAT_KINDS | ACCESS_KINDS:
            return _decode_flat(stored)
        case "build":
            return Build(stored.build.version, stored.build.state_version, stored.build.river)
        case _ if kind in KINDS | RULE_KINDS:
            return _decode_of_people(stored)
        case _:
            return _decode_settings(stored.settings_change)


def _decode_of_people(stored: pb.Operation) -> RuleOperation | PolicyOperation:
    if stored.WhichOneof("kind") in RULE_KINDS:
        return decode_rule_operation(stored)
    return decode_policy_operation(stored)


FLAT_KINDS = frozenset({"acknowledged_lost", "source_advance", "quarantine_change"})
Flat = AcknowledgedLost | SourceAdvance | QuarantineChange | KeyChange | SessionEnd


def _write_flat(operation: Flat, stored: pb.Operation) -> None:
    if isinstance(operation, AcknowledgedLost):
        stored.acknowledged_lost.CopyFrom(pb.AcknowledgedLost(**asdict(operation)))
    elif isinstance(operation, QuarantineChange):
        stored.quarantine_change.CopyFrom(pb.QuarantineChange(**asdict(operation)))
    elif isinstance(operation, KeyChange | SessionEnd):
        write_access_operation(operation, stored)
    else:
        stored.source_advance.CopyFrom(pb.SourceAdvance(**asdict(operation)))


def _decode_flat(stored: pb.Operation) -> Flat:
    if stored.WhichOneof("kind") in ACCESS_KINDS:
        return decode_access_operation(stored)
    if stored.HasField("quarantine_change"):
        change = stored.quarantine_change
        return QuarantineChange(change.who, change.action, change.events, change.learned)
    if stored.HasField("acknowledged_lost"):
        return _decode_lost(stored.acknowledged_lost)
    return _decode_advance(stored.source_advance)


def _decode_lost(stored: pb.AcknowledgedLost) -> AcknowledgedLost:
    return AcknowledgedLost(
        stored.first_sequence,
        stored.last_sequence,
        stored.first_offset,
        stored.last_offset,
        tuple(stored.event_ids),
        stored.other_operations,
        stored.is_partial,
        stored.who,
    )


def _decode_advance(stored: pb.SourceAdvance) -> SourceAdvance:
    return SourceAdvance(
        stored.source,
        stored.partition,
        stored.before,
        stored.after,
        stored.operations,
        stored.messages,
        stored.missed,
    )


def _decode_settings(stored: pb.SettingsChange) -> SettingsChange:
    try:
        settings = EngineSettings.parse(stored.settings)
        change = SettingsChange(settings, stored.who, tuple(stored.given))
        change.over(settings)  # tries the names
    except (AttributeError, TypeError, ValueError) as error:
        raise UnreadableEntry(f"settings that this build does not know: {error}") from error
    return change

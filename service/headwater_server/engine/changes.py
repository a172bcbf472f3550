"""What an entry changes beside events: items, accounts, settings.

Each function takes the parts and one operation, and returns its outcome; most work in steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from headwater_server.engine.auditing import noting
from headwater_server.engine.catalogue.content_tokens import content_tokens
from headwater_server.engine.clock import lies_ahead
from headwater_server.engine.intake.deduplication import owner_of
from headwater_server.engine.messages.entries import (
    Build,
    Entry,
    ErasedEvent,
    ItemDelete,
    ItemWrite,
    KeyChange,
    Operation,
    SessionEnd,
    SourceAdvance,
    UserErase,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import CREATED, Outcome, Status
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.parts import Applied, Parts
from headwater_server.engine.rules import changing
from headwater_server.engine.visitors.profile_rows import hashed
from headwater_server.models.bandit.contexts import key_of

Write = TypeVar("Write", ItemWrite, ItemDelete, UserWrite)
_OLDER = Outcome(Status.EXISTS, "set_time: the catalogue holds a newer write")
_FULL = (
    "items_max: the catalogue describes {:,} items already, as many as the setting items_max "
    "allows; raise it, or delete items that are not sold any more"
)


def applying(parts: Parts, operation: Operation, entry: Entry) -> Applied:
    """Apply what is neither an event nor a change of settings."""
    outcome = yield from _applying(parts, operation, entry)
    if outcome.status is Status.CREATED:
        noting.note(parts.audit, operation, entry.time_ms)
    return outcome


def _applying(parts: Parts, operation: Operation, entry: Entry) -> Applied:
    match operation:
        case ItemWrite():
            return (yield from write_item(parts, operation, entry))
        case ItemDelete():
            return (yield from delete_item(parts, operation, entry))
        case UserWrite():
            return (yield from write_user(parts, operation, entry))
        case UserErase():
            return erase_user(parts, operation)
        case VisitorUnlink():
            return unlink_visitor(parts, operation, entry)
        case ErasedEvent():
            return remember_erased(parts, operation, entry)
        case RuleWrite() | RuleDelete():
            return (yield from changing.changing(parts, operation, entry))
        case SourceAdvance():
            return parts.sources.advance(operation, parts.time_ms(entry))
        case Build():
            parts.build = operation
        case KeyChange() | SessionEnd():
            noting.note_access(parts.audit, operation, entry.time_ms)
    return CREATED  # a mark, or what an operator did beside the state, changes nothing


def write_item(parts: Parts, write: ItemWrite, entry: Entry) -> Applied:
    """Describe an item; a write older than the one that is kept changes nothing."""
    write, now_ms = _believed(write, parts, entry), parts.time_ms(entry)
    if not parts.catalogue.has_place(write, now_ms):
        parts.catalogue.writes_refused += 1
        return Outcome(Status.QUARANTINED, _FULL.format(parts.catalogue.items_max))
    yield from parts.advancing(now_ms)
    number = yield from parts.entering(write.item.item_id)
    if not parts.catalogue.write(number, write, now_ms):
        return _OLDER
    item = parts.catalogue.get(write.item.item_id)
    parts.models.own_values.write(number, item)
    parts.models.sales.price(
        number, item.price if item else None, item.currency_code if item else ""
    )
    yield from parts.models.content.describing(number, content_tokens(item) if item else ())
    yield from parts.making_room()
    return CREATED


def delete_item(parts: Parts, delete: ItemDelete, entry: Entry) -> Applied:
    """Take an item out of the catalogue; its counts stay."""
    set_ms = _believed(delete, parts, entry).set_time_ms
    yield from parts.advancing(parts.time_ms(entry))
    number = yield from parts.numbering(delete.item_id)
    if set_ms is None:
        set_ms = parts.catalogue.newest_ms(number, parts.clock_ms)
    if not parts.catalogue.delete(number, set_ms):
        return _OLDER
    parts.models.own_values.write(number, None)
    parts.models.sales.price(number, None, "")
    yield from parts.models.content.describing(number, ())
    yield from parts.making_room()
    return CREATED


def write_user(parts: Parts, write: UserWrite, entry: Entry) -> Applied:
    """Describe an account."""
    write = _believed(write, parts, entry)
    yield from parts.advancing(parts.time_ms(entry))
    return CREATED if parts.users.write(write, parts.clock_ms) else _OLDER


def _believed(write: Write, parts: Parts, entry: Entry) -> Write:
    """Return the write as of now if it states a time far ahead: it would win until then.

    An import's items come before the import moves the clock, so its entry's time counts, too.
    """
    now_ms = max(parts.time_ms(entry), entry.time_ms)
    return replace(write, set_time_ms=None) if lies_ahead(write.set_time_ms, now_ms) else write


def erase_user(parts: Parts, erase: UserErase) -> Outcome:
    """Forget the profiles that it names. It moves no clock: for a stranger nothing changes."""
    profiles = [parts.visitors.acting("", erase.user_id)] if erase.user_id else []
    profiles += [parts.visitors.acting(visitor, "") for visitor in erase.visitor_ids]
    for profile in profiles:
        for part in (
            parts.visitors, parts.hiding, parts.attribution, parts.deduplication, parts.influence,
            parts.experiments, parts.impressions.decisions, parts.figures,
        ):  # fmt: skip
            part.forget(profile)
    parts.users.forget(erase.user_id)
    for names in (hashed, owner_of, key_of):  # each keeps the latest names with their hashes
        names.cache_clear()
    return CREATED


def unlink_visitor(parts: Parts, unlink: VisitorUnlink, entry: Entry) -> Outcome:
    """End the visitor's link. It moves no clock: for a stranger nothing changes."""
    parts.visitors.log_out(unlink.visitor_id, "", parts.time_ms(entry) / 1000.0)
    return CREATED


def remember_erased(parts: Parts, erased: ErasedEvent, entry: Entry) -> Outcome:
    """Keep an erased event's id from being learned again; nothing else is known of the event."""
    parts.deduplication.remember_erased(erased, parts.time_ms(entry))
    return CREATED

"""What an entry changes beside events: items, accounts, settings.

Each function takes the parts and one operation, and returns its outcome; most work in steps.
"""

from __future__ import annotations

from headwater_server.engine.catalogue.content_tokens import content_tokens
from headwater_server.engine.messages.entries import (
    Entry,
    ItemDelete,
    ItemWrite,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import CREATED, Outcome, Status
from headwater_server.engine.models import make_ranker
from headwater_server.engine.parts import Applied, Parts
from headwater_server.engine.reranking.rules import parse_rules
from headwater_server.engine.settings import EngineSettings

_OLDER = Outcome(Status.EXISTS, "set_time: the catalogue holds a newer write")


def write_item(parts: Parts, write: ItemWrite, entry: Entry) -> Applied:
    """Describe an item; a write older than the one that is kept changes nothing."""
    yield from parts.advancing(parts.time_ms(entry))
    number = yield from parts.numbering(write.item.item_id)
    if not parts.catalogue.write(number, write, parts.clock_ms):
        return _OLDER
    item = parts.catalogue.get(write.item.item_id)
    yield from parts.models.content.describing(number, content_tokens(item) if item else ())
    return CREATED


def delete_item(parts: Parts, delete: ItemDelete, entry: Entry) -> Applied:
    """Take an item out of the catalogue; its counts stay."""
    yield from parts.advancing(parts.time_ms(entry))
    number = yield from parts.numbering(delete.item_id)
    set_ms = parts.clock_ms if delete.set_time_ms is None else delete.set_time_ms
    if not parts.catalogue.delete(number, set_ms):
        return _OLDER
    yield from parts.models.content.describing(number, ())
    return CREATED


def write_user(parts: Parts, write: UserWrite, entry: Entry) -> Applied:
    """Describe an account."""
    yield from parts.advancing(parts.time_ms(entry))
    return CREATED if parts.users.write(write, parts.clock_ms) else _OLDER


def erase_user(parts: Parts, erase: UserErase) -> Outcome:
    """Forget the profiles that it names. It moves no clock: for a stranger nothing changes."""
    profiles = [parts.visitors.acting("", erase.user_id)] if erase.user_id else []
    profiles += [parts.visitors.acting(visitor, "") for visitor in erase.visitor_ids]
    for profile in profiles:
        for part in (
            parts.visitors, parts.hiding, parts.attribution, parts.deduplication, parts.influence,
        ):  # fmt: skip
            part.forget(profile)
    parts.users.forget(erase.user_id)
    return CREATED


def with_settings(parts: Parts, settings: EngineSettings) -> tuple[Parts, Outcome]:
    """Return the parts under other settings; before anything was learned, new ones.

    Settings that the engine cannot take are QUARANTINED and change nothing.
    """
    try:
        ranker = make_ranker(settings)
        parse_rules(settings.rules)
    except ValueError as error:
        return parts, Outcome(Status.QUARANTINED, str(error))
    if parts.is_empty:
        return Parts(settings), CREATED
    if settings.ranker != parts.settings.ranker:
        ranker.reserve(parts.catalogue.rows)
        parts.models.ranker = ranker
    parts.adopt(settings)
    return parts, CREATED

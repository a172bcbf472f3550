"""Items that an event may not create: those that nobody who may create items has named."""

from __future__ import annotations

from collections.abc import Callable

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.engine.settings import EngineSettings


def unknown_item(
    event: Event, settings: EngineSettings, number: Callable[[str], int | None]
) -> str:
    """Return why an item of ``event`` may not be learned, "" if all may.

    ``number`` returns None for an unknown item. The default setting is for pages, whose key anyone
    may use: an event with it creates no item, whatever token it has. An impression of a list of
    ours passes: it creates none, and one of its items may have been removed since.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> known = {"boots": 0}.get
    >>> event = Event("e1", "click", "ann", items=(EventItem("junk"),), from_page=True)
    >>> unknown_item(event, EngineSettings(), known).partition(";")[0]
    "items[0].item_id: 'junk' is not a known item"
    >>> unknown_item(event, EngineSettings(catalogue_only="nobody"), known)
    ''
    """
    if settings.catalogue_only == "nobody":
        return ""
    if settings.catalogue_only == "pages" and not event.from_page:
        return ""
    if event.slate is not None and canonical_type(event.event_type) == IMPRESSION:
        return ""
    for place, item in enumerate(event.items):
        if number(item.item_id) is None:
            fix = _FIXES[settings.catalogue_only]
            return f"items[{place}].item_id: {item.item_id!r} is not a known item; {fix}"
    return ""


_FIXES = {
    "pages": "describe it with UpsertItems, send its first event from the backend, or set "
    "catalogue_only to nobody",
    "everyone": "describe it with UpsertItems, or set catalogue_only to pages or nobody",
}

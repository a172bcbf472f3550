"""A first look at events, before they go onto the log: tokens opened, the bad ones told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headwater_server.engine.attribution_token import ForgedTokenError, open_token
from headwater_server.engine.events import Event, fingerprint
from headwater_server.engine.firewall import quarantine_reason
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.source import source_of

LOOKS_IN_A_ROW = 50  # about a millisecond

SignedEvent = tuple[Event, str]


@dataclass(frozen=True, slots=True)
class Inspected:
    """An event as it goes onto the log, and why it must not, "" if it may."""

    event: Event
    token: str
    reason: str


class Inspection:
    """Opens tokens, so that the log can be folded without the key, and looks for poison."""

    def __init__(self, token_key: bytes, settings: Callable[[], EngineSettings]) -> None:
        """Take ``settings``, which returns those that the state means something by now."""
        self._token_key = token_key
        self._settings = settings

    async def look_at(self, events: Sequence[SignedEvent], caller: str) -> list[Inspected]:
        """Look at all that ``caller`` sent, letting others have their turn in between."""
        source = source_of(caller, self._token_key)
        looked_at: list[Inspected] = []
        for start in range(0, len(events), LOOKS_IN_A_ROW):
            if start:
                await asyncio.sleep(0)
            few = events[start : start + LOOKS_IN_A_ROW]
            looked_at += [self._look(event, token, source) for event, token in few]
        return looked_at

    def _look(self, event: Event, token: str, source: str) -> Inspected:
        event = replace(event, fingerprint=fingerprint(event, token), source=source)
        if token:
            try:
                event = replace(event, slate=open_token(token, self._token_key))
            except ForgedTokenError as error:
                return Inspected(event, token, str(error))
        return Inspected(event, token, quarantine_reason(event, self._settings()))

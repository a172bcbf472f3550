"""A first look at events, before they go onto the log: tokens opened, the bad ones told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.messages.events import Event, fingerprint
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import ForgedTokenError, open_token
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.writes.caller import Caller, source_of
from headwater_server.replica.writes.vouching import not_vouched, unvouched_user

LOOKS_IN_A_ROW = 50  # about a millisecond

SignedEvent = tuple[Event, str]


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """An event as it goes onto the log, and why it must not, "" if it may."""

    event: Event
    token: str
    reason: str


class EventChecks:
    """Opens tokens, so that the log can be folded without the keys, and looks for poison."""

    def __init__(
        self,
        token_keys: TokenKeys,
        settings: Callable[[], EngineSettings],
        now_ms: Callable[[], int],
    ) -> None:
        """Take ``settings``, which returns those that the state means something by now."""
        self._token_keys = token_keys
        self._settings = settings
        self._now_ms = now_ms

    async def look_at(self, events: Sequence[SignedEvent], caller: Caller) -> list[CheckedEvent]:
        """Look at all that ``caller`` sent, letting others have their turn in between."""
        now_ms = self._now_ms()
        source = source_of(caller.name, self._token_keys.signing(now_ms).secret)
        looked_at: list[CheckedEvent] = []
        for start in range(0, len(events), LOOKS_IN_A_ROW):
            if start:
                await asyncio.sleep(0)
            few = events[start : start + LOOKS_IN_A_ROW]
            marks = {"source": source, "from_page": caller.is_page}
            looked_at += [self._look(event, token, marks, now_ms) for event, token in few]
        return looked_at

    def _look(self, event: Event, token: str, marks: dict[str, Any], now_ms: int) -> CheckedEvent:
        event = replace(event, fingerprint=fingerprint(event, token), **marks)
        if token:
            try:
                opened = open_token(token, self._token_keys.of)
            except ForgedTokenError as error:
                return CheckedEvent(event, token, str(error))
            event = replace(event, slate=opened.slate, self_asked=opened.by_page)
            doubt = not_vouched(event, opened, now_ms, is_page=event.from_page)
        else:
            doubt = unvouched_user(event, None) if event.from_page else ""
        return CheckedEvent(event, token, quarantine_reason(event, self._settings()) or doubt)

"""Checks events before they are appended: opens their tokens and finds those to reject."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headwater_server.engine.clock import lies_ahead
from headwater_server.engine.intake.admission import goods_problem
from headwater_server.engine.intake.firewall import ahead_reason, quarantine_reason
from headwater_server.engine.intake.ordinary import are_ordinary
from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Event, Slate, fingerprint
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import ForgedTokenError, Opened, open_token
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.writes.caller import Caller, source_of
from headwater_server.replica.writes.choice_checks import choice_problem
from headwater_server.replica.writes.exposure_limit import ExposureLimit
from headwater_server.replica.writes.token_checks import token_problem, user_problem

EVENTS_PER_STEP = 50  # about a millisecond

SignedEvent = tuple[Event, str]


@dataclass(frozen=True, slots=True)
class CheckedEvents:
    """The events of a call by column, in order, as they were judged under ``settings``.

    ``events`` as they are appended; ``reasons`` why each is rejected, "" if it is not.
    """

    events: list[Event]
    tokens: list[str]
    reasons: list[str]
    settings: EngineSettings

    @property
    def good(self) -> Sequence[Operation]:
        """Those that are appended."""
        if not any(self.reasons):
            return self.events
        pairs = zip(self.events, self.reasons, strict=True)
        return [event for event, reason in pairs if not reason]


class EventChecks:
    """Opens tokens, so that the log can be folded without the keys, and checks each event."""

    def __init__(
        self,
        token_keys: TokenKeys,
        settings: Callable[[], EngineSettings],
        now_ms: Callable[[], int],
        log_ms: Callable[[], int],
        exposures: ExposureLimit,
    ) -> None:
        """Use ``settings`` to get the settings that the state has now; ``log_ms``: its time."""
        self._token_keys = token_keys
        self._settings = settings
        self._now_ms = now_ms
        self._log_ms = log_ms
        self._exposures = exposures

    async def check(self, events: Sequence[SignedEvent], caller: Caller) -> CheckedEvents:
        """Check all events of ``caller``, in steps between which other tasks run."""
        now_ms, settings = self._now_ms(), self._settings()
        # early, so that it does not reach the log; the engine judges again, by the log's time alone
        ahead_ms = max(now_ms, self._log_ms())
        secret = self._token_keys.signing(now_ms).secret
        source = caller.pseudonym or source_of(caller.name, secret)
        checked = CheckedEvents([], [], [], settings)
        for start in range(0, len(events), EVENTS_PER_STEP):
            if start:
                await asyncio.sleep(0)
            part = events[start : start + EVENTS_PER_STEP]
            sent = [
                (event.sent(fingerprint(event, token), source, from_page=caller.is_page), token)
                for event, token in part
            ]
            self._check_part(checked, sent, now_ms, ahead_ms)
        return checked

    def _check_part(
        self, checked: CheckedEvents, sent: Sequence[SignedEvent], now_ms: int, ahead_ms: int
    ) -> None:
        """Check some events; nearly always all of them are ordinary, which is found together."""
        settings = checked.settings
        if _are_bare(sent, ahead_ms) and are_ordinary([event for event, _ in sent], settings):
            pairs = [(event, "") for event, _ in sent]
        else:
            pairs = [self._check(*one, settings, now_ms, ahead_ms) for one in sent]
        checked.events.extend([event for event, _ in pairs])
        checked.tokens.extend([token for _, token in sent])
        checked.reasons.extend([reason for _, reason in pairs])

    def _check(
        self, event: Event, token: str, settings: EngineSettings, now_ms: int, ahead_ms: int
    ) -> tuple[Event, str]:
        """Return the event with its token's slate, and why it is rejected, "" if it is not."""
        if token:
            shown = canonical_type(event.event_type) == IMPRESSION
            try:
                opened = open_token(token, self._token_keys.of, questions=shown)
            except ForgedTokenError as error:
                return event, str(error)
            event = replace(event, slate=_slate(event, opened), self_asked=opened.by_page)
            problem = token_problem(event, opened, now_ms, is_page=event.from_page)
        else:
            problem = user_problem(event, None) if event.from_page else ""
        reason = quarantine_reason(event, settings) or ahead_reason(event, ahead_ms) or problem
        reason = reason or goods_problem(event) or choice_problem(event)
        return event if reason else self._exposures.bounded(event, ahead_ms), reason


def _are_bare(sent: Sequence[SignedEvent], ahead_ms: int) -> bool:
    """Return whether no event has a token, a choice, a page's account, or a time ahead."""
    for event, token in sent:
        if token or (event.from_page and event.user_id) or event.choice is not None:
            return False
        if event.event_time_ms is not None and lies_ahead(event.event_time_ms, ahead_ms):
            return False
    return True


def _slate(event: Event, opened: Opened) -> Slate:
    """Return the slate; of another visitor of the account the log does not know who asked."""
    slate = opened.slate
    if slate.question is None or opened.is_of_visitor(event.visitor_id):
        return slate
    return replace(slate, question=None, unreplayable=True)

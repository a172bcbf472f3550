"""What all calls pass before anything is done for them, and where each is noted when it ends."""

from __future__ import annotations

from typing import Protocol

from headwater_server.api.access.api_keys import Keys
from headwater_server.api.access.rate import Rate
from headwater_server.api.guard.call_log import log_call
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.meters import CallMeter, Meters
from headwater_server.observability.request import Request


class Spans(Protocol):
    """Where calls are traced."""

    def note(self, call: str, request: Request, status: str, took_s: float) -> None:
        """Note a call that ended now."""


class Gate:
    """One of a server: its keys, its rate, its meters, its spans if there are any."""

    def __init__(
        self, settings: ApiSettings, meters: Meters | None = None, spans: Spans | None = None
    ) -> None:
        self._settings = settings
        self._keys = Keys(settings.accesses)
        self._rate = Rate(settings.calls_per_second_max) if settings.calls_per_second_max else None
        self._meters = meters or Meters()
        self._spans = spans

    def meter(self, call: str) -> CallMeter:
        """Return where calls of that name are counted."""
        return self._meters.of(call)

    def let_in(self, request: Request, call: str) -> None:
        """Return if the call may be made: `Unauthenticated`, `Forbidden`, `Overloaded` if not.

        What the key may do is noted in the request.
        """
        if self._keys:
            access = self._keys.check(request.metadata(), call)
            request.is_page, request.key = access.is_page, access.key.decode()
        if self._rate is not None:
            self._rate.take()

    def ended(
        self, call: str, request: Request, status: str, took_s: float, error: Exception | None
    ) -> None:
        """Note how a call ended: in the log if there is a reason to, and as a span."""
        log_call(self._settings, request, call, took_s, status, error)
        if self._spans is not None:
            self._spans.note(call, request, status, took_s)

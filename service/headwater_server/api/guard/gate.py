"""Admits calls by key and rate before any work is done, and records each call's end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from headwater_server.api.access.api_keys import Keys
from headwater_server.api.access.rate import Rate
from headwater_server.api.errors import Context
from headwater_server.api.guard.accounts import Account, Accounts
from headwater_server.api.guard.beside import HEAVY_S
from headwater_server.api.guard.call_log import CallLog
from headwater_server.api.guard.caller import source_of
from headwater_server.api.guard.refusals import Refusals
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.observability.meters import CallMeter, Meters
from headwater_server.observability.request import Request

_fallback = logging.getLogger("headwater.api")
ERRING_S = 0.1  # of recent use, from which a caller's own errors are delayed as refusals are


class Spans(Protocol):
    """Records calls as trace spans."""

    def note(self, call: str, request: Request, status: str, took_s: float) -> None:
        """Record a call that ended now."""


class Gate:
    """A server's keys, rate limit and meters, and its spans if calls are traced."""

    def __init__(
        self,
        settings: ApiSettings,
        meters: Meters | None = None,
        spans: Spans | None = None,
        has_ended: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """``has_ended``: whether a person's session of that id was ended."""
        self._settings = settings
        self._accounts = Accounts()
        self._refusals = Refusals()
        self._log = CallLog(settings)
        self._keys = Keys(settings.accesses, has_ended)
        self._rate = Rate(settings.calls_per_second_max) if settings.calls_per_second_max else None
        self._meters = meters or Meters()
        self._spans = spans

    def meter(self, call: str) -> CallMeter:
        """Return the meter that counts calls of that name."""
        return self._meters.of(call)

    def admit(self, request: Request, call: str, context: Context) -> Account:
        """Return the caller's account: `Unauthenticated`, `Forbidden`, `Overloaded` if refused.

        The request records the key, and whether it is a page's. Nothing of the body is read.
        """
        if self._keys:
            source = partial(source_of, context, self._settings)
            access = self._keys.check(request.metadata(), call, source)
            request.is_page, request.key = access.is_page, access.key.decode()
            request.key_name, request.scopes = access.name, access.scopes
            request.session = access.session
            request.only_reads = not access.may_write(call)
        if self._rate is not None:
            self._rate.take()
        if request.key and not request.is_page:  # a backend is one caller, wherever it runs
            return self._accounts.of(request.key)
        return self._accounts.of(f"{request.key} {source_of(context, self._settings)}")

    def check_session(self, request: Request) -> None:
        """Raise `Unauthenticated` if the call is a person's who is not signed in any more."""
        self._keys.check_session(request.session)

    async def refused(self, context: Context, account: Account | None) -> None:
        """Return when the refusal may be answered; ``account`` is the caller's if it is known."""
        is_heavy = account is not None and account.use_s(time.monotonic()) > HEAVY_S
        await self._refusals.refused(source_of(context, self._settings), is_heavy=is_heavy)

    async def failed(self, context: Context, account: Account, error: Exception) -> None:
        """Return when an admitted call's error may be answered: late if its caller makes many."""
        is_own = isinstance(error, InvalidRequest | NotFound)  # not the store's, or the server's
        if is_own and account.use_s(time.monotonic()) > ERRING_S:
            await self._refusals.refused(source_of(context, self._settings))

    def ended(
        self, call: str, request: Request, status: str, took_s: float, error: Exception | None
    ) -> None:
        """Record how a call ended: in the log if there is a reason to, and as a span.

        It never raises: a log that cannot be written, such as a broken pipe, ends no call.
        """
        try:
            self._log.ended(request, call, took_s, status, error)
            if self._spans is not None:
                self._spans.note(call, request, status, took_s)
        except Exception as problem:  # noqa: BLE001 - see above; the standard log never raises
            _fallback.error("the end of a call is not recorded: %s", type(problem).__name__)

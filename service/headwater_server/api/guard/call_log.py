"""Writes one log line for each call that failed or was slow, or for every call."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from headwater_server.api.settings import ApiSettings
from headwater_server.observability.request import Request

LINES_PER_S = 20  # of one status; a flood of refused calls must not fill the disk

_log = structlog.get_logger("headwater.api")


class CallLog:
    """The log never contains what the caller sent."""

    def __init__(self, settings: ApiSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._slow_s = settings.slow_call_ms / 1000
        self._every = settings.log_calls
        self._clock = clock
        self._second = 0
        self._lines: dict[str, int] = {}  # of this second, by status
        self._left_out: dict[str, int] = {}

    def ended(
        self, request: Request, call: str, took_s: float, status: str, error: Exception | None
    ) -> None:
        """Log the call if there is a reason to, and few lines of its status came this second."""
        slow, every = took_s > self._slow_s, self._every
        if not (error or slow or every) or not (every or self._may_log(status)):
            return
        fields: dict[str, object] = {"took_ms": round(took_s * 1000, 1), "status": status}
        if request.key_name:
            fields["key"] = request.key_name
        if error:
            fields["failed"] = type(error).__name__
        if left_out := self._left_out.pop(status, 0):
            fields["lines_left_out"] = left_out
        write = _log.warning if slow else _log.info
        write("call", call=call, request_id=request.id, **fields)

    def _may_log(self, status: str) -> bool:
        second = int(self._clock())
        if second != self._second:
            self._second, self._lines = second, {}
        lines = self._lines[status] = self._lines.get(status, 0) + 1
        if lines > LINES_PER_S:
            self._left_out[status] = self._left_out.get(status, 0) + 1
        return lines <= LINES_PER_S

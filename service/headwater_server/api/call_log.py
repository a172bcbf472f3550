"""One line in the log for a call that failed or was slow, or for every call."""

from __future__ import annotations

from uuid import uuid4

import structlog

from headwater_server.api.errors import Context
from headwater_server.api.settings import ApiSettings

_log = structlog.get_logger("headwater.api")


def log_call(
    settings: ApiSettings, context: Context, call: str, took_s: float, failed: str
) -> None:
    """Log the call if there is a reason to. What the caller sent stays out of the log."""
    took_ms = round(took_s * 1000, 1)
    slow = took_ms > settings.slow_call_ms
    if not (failed or slow or settings.log_calls):
        return
    say = _log.warning if slow else _log.info
    say("call", call=call, request_id=request_id(context), took_ms=took_ms, failed=failed or None)


def request_id(context: Context) -> str:
    """Return the caller's x-request-id, at most 128 characters of it, or a new one."""
    for key, value in context.invocation_metadata() or ():
        if key == "x-request-id":
            return str(value)[:128]
    return uuid4().hex[:16]

"""Writes one log line for each call that failed or was slow, or for every call."""

from __future__ import annotations

import structlog

from headwater_server.api.settings import ApiSettings
from headwater_server.observability.request import Request

_log = structlog.get_logger("headwater.api")


def log_call(
    settings: ApiSettings,
    request: Request,
    call: str,
    took_s: float,
    status: str,
    error: Exception | None,
) -> None:
    """Log the call if there is a reason to. The log never contains what the caller sent."""
    took_ms = round(took_s * 1000, 1)
    slow = took_ms > settings.slow_call_ms
    if not (error or slow or settings.log_calls):
        return
    write = _log.warning if slow else _log.info
    failed = type(error).__name__ if error else None
    write("call", call=call, request_id=request.id, took_ms=took_ms, status=status, failed=failed)

"""Logs: structured, to standard error; standard output is for the answer of a command."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

from headwater_server.observability.request import add_request_id

_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Without the values of variables: they hold what callers sent, and keys."""


def set_up_logging(
    level: Literal["debug", "info", "warning", "error"], form: Literal["auto", "text", "json"]
) -> None:
    """Send our logs, and those of our libraries, to standard error."""
    least = logging.getLevelNamesMapping()[level.upper()]
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        if as_text
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if as_text else [_TRACEBACKS]),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        # looked up for each line, since tests replace sys.stderr
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=max(least, logging.WARNING), force=True)

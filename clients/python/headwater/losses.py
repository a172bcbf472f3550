"""Reports of events that were not learned: once to the log, once to the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from logging import getLogger
from typing import Any

from headwater.events import Event, EventResult

OnLost = Callable[[Event, str], object]
OnRefused = Callable[[Event, EventResult], object]

_log = getLogger("headwater")


@dataclass(frozen=True, slots=True)
class Loss:
    """An event that was not learned: not delivered, or refused with the server's ``result``."""

    event: Event
    reason: str
    result: EventResult | None = None


class Losses:
    """Reports losses to the logger "headwater" and to the caller's functions."""

    def __init__(self, on_lost: OnLost | None, on_refused: OnRefused | None) -> None:
        """Keep the caller's functions; ``on_lost`` also replaces a missing ``on_refused``."""
        self.on_lost = on_lost
        self.on_refused = on_refused

    def report(self, loss: Loss) -> Any:
        """Log a loss and call the caller's function; return its value, None if it raised."""
        try:
            _log.warning("event %s was not learned: %s", loss.event.event_id, loss.reason)
            if loss.result is not None and self.on_refused is not None:
                return self.on_refused(loss.event, loss.result)
            if self.on_lost is not None:
                return self.on_lost(loss.event, loss.reason)
        except (Exception, SystemExit):  # noqa: BLE001 - the caller's error must not lose the other events
            _log.exception("on_lost failed")
        return None

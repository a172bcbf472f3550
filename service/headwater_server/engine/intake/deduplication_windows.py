"""Two windows of event ids: what pages send cannot push out an id of a backend."""

from __future__ import annotations

from typing import Any

from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.messages.entries import ErasedEvent
from headwater_server.engine.messages.events import Event, Status


class DeduplicationWindows:
    """The ids of backends and those of pages, each within the same time and at most ``ids_max``.

    >>> seen = DeduplicationWindows(window_ms=1000, ids_max=1)
    >>> order = Event("order-1", "purchase", "ann")
    >>> seen.remember(order, "vann", now_ms=0)
    >>> for number in range(10):
    ...     seen.remember(Event(f"e{number}", "click", "bob", from_page=True), "vbob", now_ms=0)
    >>> seen.status(order, now_ms=0), len(seen), seen.removed_early
    (<Status.EXISTS: 'exists'>, 2, 9)
    """

    def __init__(self, window_ms: int, ids_max: int) -> None:
        self.backends = Deduplication(window_ms, ids_max)
        self.pages = Deduplication(window_ms, ids_max)

    def __len__(self) -> int:
        return sum(map(len, self._both))

    @property
    def _both(self) -> tuple[Deduplication, Deduplication]:
        return self.backends, self.pages

    def _of(self, event: Event) -> Deduplication:
        return self.pages if event.from_page else self.backends

    @property
    def removed_early(self) -> int:
        """How many ids this process removed within their window, because there were too many."""
        return sum(window.removed_early for window in self._both)

    @property
    def fullest(self) -> int:
        """How many ids the fuller window holds."""
        return max(map(len, self._both))

    def adopt(self, window_ms: int, ids_max: int) -> None:
        """Use another window and another number of ids; `shrink` then applies the number."""
        for window in self._both:
            window.adopt(window_ms, ids_max)

    def shrink(self) -> None:
        """Remove the oldest ids beyond ``ids_max``."""
        for window in self._both:
            window.shrink()

    def status(self, event: Event, now_ms: int) -> Status:
        """Return CREATED for a new id, EXISTS for the same event, CONFLICT for another."""
        return self._of(event).status(event, now_ms)

    def remember(self, event: Event, profile: str, now_ms: int) -> None:
        """Remember the id of a learned event of ``profile``."""
        self._of(event).remember(event, profile, now_ms)

    def remember_new(self, event: Event, profile: str, now_ms: int) -> bool:
        """Remember the id of an event of ``profile`` if it was not seen; else do nothing."""
        window = self.pages if event.from_page else self.backends
        return window.remember_new(event, profile, now_ms)

    def remember_erased(self, erased: ErasedEvent, now_ms: int) -> None:
        """Remember the id of an erased event, unless it is known; there is no owner."""
        window = self.pages if erased.from_page else self.backends
        window.remember_erased(erased, now_ms)

    def is_erased(self, event: Event) -> bool:
        """Return whether a known event's person was erased."""
        return self._of(event).is_erased(event)

    def set_back(self, now_ms: int) -> None:
        """Count ids that were noted after ``now_ms`` as of then."""
        for window in self._both:
            window.set_back(now_ms)

    def forget(self, profile: str) -> None:
        """Forget whose the events of ``profile`` were."""
        for window in self._both:
            window.forget(profile)

    def state(self) -> dict[str, Any]:
        """Return the state of each window."""
        return {"backends": self.backends.state(), "pages": self.pages.state()}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.backends.load(state["backends"])
        self.pages.load(state["pages"])

"""Limits of learned events a minute, by visitor and by source: robots are served, not learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from headwater_server.engine.clock import believed_ms
from headwater_server.engine.intake.repeats import Repeats
from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import EngineSettings

MINUTE_MS = 60_000
COUNTED_MAX = 200_000
"""Visitors and sources counted at a time; with more of them the oldest counts are dropped."""


class Influence:
    """Events learned in this minute of the engine's clock, by visitor and by source.

    A visitor's events count in the minute of their own time, so that a history which a backend
    sends at once is not taken for a robot's. A source's events, and all that a page sends, count by
    the clock alone, which no caller can choose. Unconfirmed events of a page have separate limits:
    a page's key is public, and the page chooses the visitor id. A list that the page itself
    requested confirms nothing: its visitor id too was chosen by the page.

    >>> influence = Influence(EngineSettings(visitor_events_per_minute_max=1))
    >>> event = Event("e1", "click", "ann")
    >>> influence.excess(event, "vann", clock_ms=5)
    ''
    >>> influence.note(event, "vann", clock_ms=5)
    >>> influence.excess(event, "vann", clock_ms=6)
    'visitor_id: more than 1 events in a minute, as robots do; nothing is learned from the rest'
    >>> influence.excess(event, "vann", clock_ms=60_000)
    ''
    """

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self._minute = 0
        self._counts: dict[str, int] = {}
        self.repeats = Repeats()

    def excess(self, event: Event, profile: str, clock_ms: int) -> str:
        """Return why ``event`` may not be learned now, "" if it may."""
        if clock_ms // MINUTE_MS != self._minute:
            return ""
        counted, counts = self._counted(event, profile, clock_ms), self._counts
        for name, most, excess in counted:
            if counts.get(name, 0) >= most:
                return excess.format(most)
        return ""

    def counts_of(self, event: Event, profile: str, clock_ms: int) -> list[str] | None:
        """Return the names under which an event counts; None if it may not be learned now."""
        if not (event.source or event.from_page):
            return self._counts_of_backend(event, profile, clock_ms)
        counted = self._counted(event, profile, clock_ms)
        if clock_ms // MINUTE_MS == self._minute:
            for name, most, _ in counted:
                if self._counts.get(name, 0) >= most:
                    return None
        return [name for name, _, _ in counted]

    def _counts_of_backend(self, event: Event, profile: str, clock_ms: int) -> list[str] | None:
        """Do that for an event without a source, as those of a file are: it has one limit."""
        most, own_ms = self.settings.visitor_events_per_minute_max, event.event_time_ms
        if not most:
            return []
        minute = (clock_ms if own_ms is None or own_ms > clock_ms else own_ms) // MINUTE_MS
        name = f"{profile}\0{minute}"
        if clock_ms // MINUTE_MS == self._minute and self._counts.get(name, 0) >= most:
            return None
        return [name]

    def first_over(self, names: Sequence[str]) -> int:
        """Return the first of ``names`` (of `name_of`) that so many more might take too far.

        Their number if there is none: then all may be learned, in whatever minute.
        """
        most, counts = self.settings.visitor_events_per_minute_max, self._counts
        below = most - len(names)
        for place, name in enumerate(names):
            if counts.get(name, 0) > below:
                return place
        return len(names)

    def count_all(self, names: Sequence[str], clocks_ms: Sequence[int]) -> None:
        """Count events that are learned, each under its name and at its time of the clock."""
        counts, minute = self._counts, self._minute
        for name, clock_ms in zip(names, clocks_ms, strict=True):
            if clock_ms // MINUTE_MS != minute or len(counts) >= COUNTED_MAX:
                self.count([name], clock_ms)
                minute = self._minute
            else:
                counts[name] = counts.get(name, 0) + 1

    def note(self, event: Event, profile: str, clock_ms: int) -> None:
        """Count an event that is learned."""
        self.count([name for name, _, _ in self._counted(event, profile, clock_ms)], clock_ms)

    def count(self, names: list[str], clock_ms: int) -> None:
        """Count an event that is learned under what `counts_of` returned."""
        counts = self._counts
        if clock_ms // MINUTE_MS != self._minute:
            self._minute = clock_ms // MINUTE_MS
            counts.clear()
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        while len(counts) > COUNTED_MAX:
            del counts[next(iter(counts))]

    def forget(self, profile: str) -> None:
        """Forget the counts of ``profile``."""
        who = f"{profile}\0"
        for name in [name for name in self._counts if name.startswith(who)]:
            del self._counts[name]
        self.repeats.forget(profile)

    def _counted(self, event: Event, profile: str, clock_ms: int) -> list[tuple[str, int, str]]:
        """Return (name, most, message) of each limit in force."""
        settings, limits = self.settings, []
        if most := settings.visitor_events_per_minute_max:
            own_ms = None if event.from_page else event.event_time_ms
            minute = believed_ms(own_ms, clock_ms) // MINUTE_MS
            limits.append((f"{profile}\0{minute}", most, _ROBOT))
        if event.source and (most := settings.source_events_per_minute_max):
            limits.append((f"s{event.source}", most, _SOURCE))
        if event.from_page and not event.is_proven:
            limits += self._counted_of_page(event, profile)
        return limits

    def _counted_of_page(self, event: Event, profile: str) -> Iterator[tuple[str, int, str]]:
        """Yield the limits of an unconfirmed event of a page."""
        if most := self.settings.page_visitor_events_per_minute_max:
            yield f"{profile}\0page", most, _PAGE
        if event.source and (most := self.settings.page_source_events_per_minute_max):
            yield f"p{event.source}", most, _PAGES

    def state(self) -> dict[str, Any]:
        """Return the minute and its counts."""
        names, counts = list(self._counts), list(self._counts.values())
        repeats = self.repeats.state()
        return {"minute": self._minute, "names": names, "counts": counts, "repeats": repeats}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._minute = state["minute"]
        self._counts = dict(zip(state["names"], state["counts"], strict=True))
        self.repeats.load(state["repeats"])


_REST = "; nothing is learned from the rest"
_ROBOT = "visitor_id: more than {} events in a minute, as robots do" + _REST
_SOURCE = "source: more than {} events in a minute" + _REST
_UNPROVEN = " in a minute that no list of a backend proves" + _REST
_PAGE = "attribution_token: more than {} events of a page's visitor" + _UNPROVEN
_PAGES = "source: more than {} events of pages" + _UNPROVEN

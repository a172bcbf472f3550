"""Figures by day: the day that goes on, and the days that are over."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from headwater_server.engine.figures.counting import Today
from headwater_server.engine.figures.day import Day
from headwater_server.engine.setting_values.shop_days import day_at, offset_ms_of
from headwater_server.engine.settings import EngineSettings

NO_DAY = -(1 << 40)


class Figures:
    """What came of lists by day. Days are counted from 1970, in the shop's own time.

    >>> figures = Figures()
    >>> figures.day_of(3 * 86_400_000 + 1)
    3
    """

    def __init__(self) -> None:
        self.number = NO_DAY
        self.closed: dict[int, tuple[str, str]] = {}
        """The two texts of each day that is over, by its number: see `Day.texts`."""
        self.today = Today(Day(), 0)
        self.adopt(EngineSettings())

    def adopt(self, settings: EngineSettings) -> None:
        """Go on under these settings, also the day that goes on."""
        self._days_max, self._items_max = settings.figures_days, settings.figures_items_max
        self.today.items_max = self._items_max
        self.offset_ms = offset_ms_of(settings.figures_day_offset_hours)

    @property
    def numbers(self) -> list[int]:
        """The days that have figures, in order: those that are over, and the one that goes on."""
        return sorted({*self.closed, self.number} - {NO_DAY})

    def day_of(self, now_ms: int) -> int:
        """Return the number of the shop's day at a time."""
        return day_at(now_ms, self.offset_ms)

    def at(self, now_ms: int) -> Today:
        """Return the day of now, to be added to; another one ends for it."""
        number = self.day_of(now_ms)
        if number != self.number:
            self._end()
            # only after the store's clock was set back is a day that is over begun again
            texts = self.closed.pop(number, None)
            self.number = number
            self.today = Today(Day.read(*texts) if texts else Day(), self._items_max)
        return self.today

    def _end(self) -> None:
        if self.number == NO_DAY:
            return
        self.closed[self.number] = self.today.closed()
        for number in sorted(self.closed)[: max(0, len(self.closed) - self._days_max + 1)]:
            del self.closed[number]

    def reserving(self) -> Generator[None, None, None]:
        """Make room for a visitor of today, in steps."""
        return self.today.visits.reserving()

    def forget(self, profile: str) -> None:
        """Delete what is kept of a person; the sums keep this part, which names nobody."""
        self.today.visits.forget(profile)

    def state(self) -> dict[str, Any]:
        """Return all days as plain values."""
        numbers = sorted(self.closed)
        return {
            "number": self.number,
            "closed": numbers,
            "heads": [self.closed[number][0] for number in numbers],
            "cells": [self.closed[number][1] for number in numbers],
            "today": self.today.state,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.number = state["number"]
        texts = zip(state["heads"], state["cells"], strict=True)
        self.closed = dict(zip(state["closed"], texts, strict=True))
        self.today = Today.loaded(state["today"], self._items_max)

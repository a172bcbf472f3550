"""One replica's connection to the store: each call arrives late, or not, or its answer does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from headwater_server.errors import Overloaded, StoreUnavailable
from tests.simulation.sim_store import SimStore

T = TypeVar("T")
SLOWER = 100


@dataclass
class Weather:
    """How often what goes wrong in a run."""

    refused: float = 0.0  # the request never arrives
    unheard: float = 0.0  # it did its work, and the answer is lost
    delay_s: float = 0.001


class Link:
    """``is_dead`` is a killed process: what it had sent still arrives, but nobody hears it."""

    def __init__(self, store: SimStore, random: Random, weather: Weather) -> None:
        self.store = store
        self.faults = 0
        self.is_cut = self.is_dead = self.is_slow = False
        self._random = random
        self._weather = weather

    async def call(self, work: Callable[[], T]) -> T:
        """Do ``work`` on the store after a while, and return its result after another while."""
        return await self.send(lambda done: done(_outcome(work)))

    async def send(self, start: Callable[[Callable[[Any], None]], None]) -> Any:
        """``start`` is called when the request arrives; what it calls sends the answer."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        epoch = self.store.epoch

        def answer(outcome: Any) -> None:
            unheard = self._happens(self._weather.unheard)
            loop.call_later(self._delay_s(), hear, StoreUnavailable() if unheard else outcome)

        def hear(outcome: Any) -> None:
            if self.is_cut or self.store.epoch != epoch:
                outcome = StoreUnavailable()
            if not future.done():
                _end(future, outcome)

        def arrive() -> None:
            if self.store.epoch != epoch or self._happens(self._weather.refused):
                hear(StoreUnavailable())
            else:
                start(answer)

        if self.is_cut or self.is_dead:
            await asyncio.sleep(self._delay_s())
            raise StoreUnavailable
        loop.call_later(self._delay_s(), arrive)
        return await future

    def check_room(self) -> None:
        """As a store at its `maxmemory`."""
        if self.store.is_full:
            raise Overloaded(100, "the store is full")

    def _happens(self, probability: float) -> bool:
        happens = self._random.random() < probability
        self.faults += happens
        return happens

    def _delay_s(self) -> float:
        return self._random.random() * self._weather.delay_s * (SLOWER if self.is_slow else 1)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
        return error


def _end(future: asyncio.Future[Any], outcome: Any) -> None:
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)

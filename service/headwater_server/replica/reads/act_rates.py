"""Act rates of items, computed in a thread and kept while they are true, or nearly so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from headwater_server.engine.lookups.act_rates import ActRate, PlacementRates, rates_at
from headwater_server.engine.measures.act_rates import Version
from headwater_server.replica.ports.state_machine import StateMachine

EXPLAIN_WAIT_S = 0.25
"""So long an explained answer waits for the rates of its placement, at most."""
NEARLY = 0.02
"""Beside an answer, rates go by a prior that has missed at most this share of the lists."""
FADED = 1e-3
"""Rates without a new list hold until their counts have faded by this share."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rates, and what they follow from: the counts' version, time, and number of lists."""

    version: Version
    at_s: float
    lists: int
    rates: PlacementRates


class ActRatesReader:
    """Reads the rates; what it keeps is no state, and follows from the state alone."""

    def __init__(self, engine: StateMachine) -> None:
        self._engine = engine
        self._kept: dict[str, _Kept] = {}
        self._making: dict[str, asyncio.Task[PlacementRates]] = {}

    async def at(self, placement: str) -> PlacementRates:
        """Return the rates at a placement, from the present state."""
        return await self._fresh(self._engine.lookups.act_placement_of(placement))

    async def everywhere(self) -> list[PlacementRates]:
        """Return the rates at all placements, from the present state."""
        return [await self._fresh(name) for name in self._engine.lookups.act_placements()]

    async def beside(
        self, placement: str, item_ids: Sequence[str], within_s: float
    ) -> tuple[ActRate | None, ...]:
        """Return the rate of each item at an answer's placement, () if that takes too long."""
        lookups = self._engine.lookups
        name = lookups.act_placement_of(placement)
        rates = await self._nearly(name, min(EXPLAIN_WAIT_S, within_s))
        if rates is None:
            return ()
        return tuple(rates.later(lookups.seen_slots_of(name, item_id)) for item_id in item_ids)

    async def _nearly(self, name: str, within_s: float) -> PlacementRates | None:
        kept = self._kept.get(name)
        if kept and kept.lists <= self._lists(name) <= kept.lists * (1.0 + NEARLY):
            return kept.rates
        try:
            return await asyncio.wait_for(asyncio.shield(self._task(name)), max(0.0, within_s))
        except TimeoutError:
            return kept.rates if kept else None
        except (ArithmeticError, ValueError) as error:  # an answer without rates is still one
            _log.warning("act rates cannot be computed", placement=name, why=str(error))
            return None

    async def _fresh(self, name: str) -> PlacementRates:
        kept = self._kept.get(name)
        if kept and self._holds(kept, name):
            return kept.rates
        return await asyncio.shield(self._task(name))

    def _lists(self, name: str) -> int:
        return self._engine.lookups.lists_counted(name)

    def _holds(self, kept: _Kept, name: str) -> bool:
        """Return whether nothing was counted at the placement since, and little has faded."""
        version, now_s = self._engine.lookups.act_version(name)
        _, half_life_s = version
        return version == kept.version and abs(now_s - kept.at_s) <= FADED * half_life_s

    def _task(self, name: str) -> asyncio.Task[PlacementRates]:
        """Return the task that computes the rates; those who ask meanwhile share it."""
        if name not in self._making:
            self._making[name] = made = asyncio.create_task(self._make(name))
            made.add_done_callback(lambda _: self._making.pop(name))
        return self._making[name]

    async def _make(self, name: str) -> PlacementRates:
        lookups = self._engine.lookups
        version, now_s = lookups.act_version(name)
        lists, slots = self._lists(name), lookups.seen_slots(name)
        rates = await asyncio.to_thread(rates_at, name, slots)
        counted = {*lookups.act_placements(), name}  # others are dropped, and may come back
        self._kept = {one: kept for one, kept in self._kept.items() if one in counted}
        self._kept[name] = _Kept(version, now_s, lists, rates)
        return rates

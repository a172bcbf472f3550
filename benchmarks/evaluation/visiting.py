"""Visitors who ask a real server for lists of every kind, beside a backend that sends batches."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from headwater import AsyncClient, Event, HeadwaterError, Item, Recommendation

CALLERS = 8
BATCH_EVENTS = 200
TIMEOUT_S = 20.0
ITEMS, VISITORS = 400, 300
CATEGORIES = ("tea", "cups", "pots", "books")
IDS = tuple(f"item-{n:04}" for n in range(ITEMS))
Question = dict[str, Any]


def items() -> list[Item]:
    """Return the shop's items."""
    return [
        Item(
            item_id,
            title=f"{CATEGORIES[n % 4]} number {n}",
            categories=[CATEGORIES[n % 4]],
            price=float(n % 90),
        )
        for n, item_id in enumerate(IDS)
    ]


def _kinds(random: Random, tokens: list[str]) -> dict[str, Question]:
    some = random.sample(IDS, 30)
    return {
        "plain": {},
        "filter": {"filter": f'categories: ANY("{random.choice(CATEGORIES)}") AND price < 60'},
        "candidates": {"candidate_item_ids": some, "page_size": 5},
        "exclusions": {"exclude_item_ids": some[: random.randrange(1, 12)]},
        "tokens": {"exclude_attribution_tokens": tokens[-2:]},
        "context items": {"context_item_ids": some[:1], "placement": "product"},
        "user": {"user_id": f"user-{random.randrange(VISITORS // 3)}"},
        "session": {"session_id": str(uuid4()), "context": {"device": "phone", "hour": 7.0}},
        "diversity": {"diversity": random.choice(("low", "high", "auto"))},
        "best": {"explore": False},
    }


@dataclass
class Visiting:
    """Traffic on one server; ``shown`` are the lists that were reported as seen, by their id."""

    seed: int
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    failed: int = 0

    async def run(self, address: str, until: Callable[[], bool]) -> None:
        """Visit and send batches until ``until()``; a server that goes away ends the callers."""
        async with AsyncClient(address) as client:
            sending = asyncio.create_task(self._send(client, Random(f"{self.seed} batches")))
            callers = [
                self._call(address, Random(f"{self.seed} {number} {len(self.shown)}"), until)
                for number in range(CALLERS)
            ]
            await asyncio.gather(*callers)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, client: AsyncClient, random: Random) -> None:
        with suppress(HeadwaterError):
            while True:
                events = [_view(random) for _ in range(BATCH_EVENTS)]
                await client.feedback(events, timeout_s=TIMEOUT_S)
                self.batches += 1

    async def _call(self, address: str, random: Random, until: Callable[[], bool]) -> None:
        """One caller, with a connection of its own: so that all workers are asked."""
        tokens: list[str] = []
        async with AsyncClient(address) as client:
            for kind, question in self._questions(random, tokens):
                if until():
                    return
                try:
                    tokens.append(await self._visit(client, random, question))
                except HeadwaterError:
                    self.failed += 1
                    return
                self.kinds[kind] += 1

    def _questions(self, random: Random, tokens: list[str]) -> Iterator[tuple[str, Question]]:
        while True:
            yield random.choice([*_kinds(random, tokens).items()])

    async def _visit(self, client: AsyncClient, random: Random, question: Question) -> str:
        visitor_id, user_id = f"visitor-{random.randrange(VISITORS)}", question.get("user_id", "")
        asked: Question = {"placement": "home", "page_size": 10, **question}
        slate = await client.recommend(visitor_id, timeout_s=TIMEOUT_S, **asked)
        if not slate.results:
            return ""
        await client.feedback(_seen(slate, visitor_id, user_id, random), timeout_s=TIMEOUT_S)
        self.shown[slate.recommendation_id] = tuple(slate.item_ids)
        return slate.attribution_token


def _seen(slate: Recommendation, visitor_id: str, user_id: str, random: Random) -> list[Event]:
    about: dict[str, Any] = {"user_id": user_id, "attribution_token": slate.attribution_token}
    events = [Event("impression", visitor_id, **about)]
    if random.random() < 0.4:
        events.append(Event("click", visitor_id, items=[random.choice(slate.item_ids)], **about))
    return events


def _view(random: Random) -> Event:
    item_id = IDS[min(ITEMS - 1, int(random.paretovariate(0.7)))]
    return Event("view", f"visitor-{random.randrange(VISITORS)}", items=[item_id])

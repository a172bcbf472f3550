"""A server and a model of it, side by side: rules are added by the test."""

from __future__ import annotations

import asyncio
import uuid

from hypothesis.stateful import RuleBasedStateMachine, invariant

from headwater import Event, EventStatus, NotFoundError
from tests.integration.learned_model import LearnedModel
from tests.integration.served import Served

VISITORS = ("phone", "laptop", "tablet")
ACCOUNTS = ("", "ann", "bob")


class BesideItsModel(RuleBasedStateMachine):
    """After every rule the server must know what the model knows."""

    model_type = LearnedModel
    redis_url = ""

    def __init__(self) -> None:
        super().__init__()
        self.model, self.sent = self.model_type(), []
        self.runner = asyncio.Runner()
        self.served = Served(self.redis_url, f"model-{uuid.uuid4().hex}")
        self.runner.run(self.served.start())

    def teardown(self) -> None:
        try:
            shown, folded = self.runner.run(self.served.digests())
            assert shown == folded
        finally:
            self.runner.run(self.served.stop())
            self.runner.close()

    def call(self, method: str, *arguments, **named):
        return self.runner.run(getattr(self.served.client, method)(*arguments, **named))

    def send(self, events: list[Event]) -> list[EventStatus]:
        return [result.status for result in self.call("feedback", events).results]

    def fresh(self, visitor: str, user: str, kind: str) -> Event:
        number = len(self.sent)
        event = Event(kind, visitor, [f"item {number}"], user_id=user, event_id=f"e{number}")
        self.sent.append(event)
        return event

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        assert self.call("get_model").counts["events_learned"] == self.model.count
        for visitor in VISITORS:
            assert self.history(visitor_id=visitor) == self.model.history(visitor, "")
        for user in ACCOUNTS[1:]:
            assert self.history(user_id=user) == self.model.history("", user)

    def history(self, **who: str) -> set[str]:
        try:
            found = self.call("get_user", **who)
        except NotFoundError:
            return set()
        if user := who.get("user_id"):
            assert dict(found.user.features) == self.model.features.get(user, {})
            assert sorted(found.visitor_ids) == self.model.linked(user)
        return {one.item_id for one in found.history}

    @invariant()
    def the_catalogue_is_as_the_model_says(self) -> None:
        async def listed():
            return {item.item_id: item.title async for item in self.served.client.list_items()}

        assert self.runner.run(listed()) == self.model.titles

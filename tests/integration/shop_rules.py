"""What a shop may call, in any order; each answer is compared with the model."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from headwater import Event, EventStatus, Item, User
from tests.integration.beside_model import ACCOUNTS, VISITORS, BesideItsModel
from tests.integration.waiting import eventually

KINDS = ("view", "click", "purchase", "dislike")
SHOP = ("tent", "boots", "rope")


class Shop(BesideItsModel):
    """Every rule calls the real API through real gRPC; every item is acted on by one event."""

    @rule(
        who=st.lists(
            st.tuples(*map(st.sampled_from, (VISITORS, ACCOUNTS, KINDS))), min_size=1, max_size=4
        )
    )
    def feedback(self, who) -> None:
        events = [self.fresh(*one) for one in who]
        assert self.send(events) == [self.model.learn(event) for event in events]

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), times=st.integers(1, 3))
    def say_it_again(self, data, times: int) -> None:
        event = data.draw(st.sampled_from(self.sent))
        assert self.send([event] * times) == [self.model.learn(event) for _ in range(times)]

    @rule(visitor=st.sampled_from(VISITORS), user=st.sampled_from(ACCOUNTS))
    def say_it_at_once_in_several_calls(self, visitor: str, user: str) -> None:
        event = self.fresh(visitor, user, "click")

        async def calls():
            return await asyncio.gather(*(self.served.client.feedback([event]) for _ in range(3)))

        statuses = Counter(answer.results[0].status for answer in self.runner.run(calls()))
        assert statuses == Counter(self.model.learn(event) for _ in range(3))

    @precondition(lambda self: any(event.items for event in self.model.learned.values()))
    @rule(data=st.data())
    def use_an_id_again_for_something_else(self, data) -> None:
        known = [event for event in self.model.learned.values() if event.items]
        event = data.draw(st.sampled_from(known))
        other = replace(event, items=["something else"])
        assert self.send([other]) == [self.model.learn(other)] == [EventStatus.CONFLICT]

    @rule(visitor=st.sampled_from(VISITORS))
    def send_poison(self, visitor: str) -> None:
        poison = Event("click", visitor, ["poisoned"], value=float("nan"))
        good = self.fresh(visitor, "", "view")
        assert self.send([poison, good]) == [EventStatus.QUARANTINED, self.model.learn(good)]

    @rule(visitor=st.sampled_from(VISITORS), user=st.sampled_from(ACCOUNTS))
    def lose_the_connection_before_the_answer(self, visitor: str, user: str) -> None:
        event = self.fresh(visitor, user, "click")
        answer = self.runner.run(self.lost(event))
        self.model.learn(event)
        # gRPC repeats the call by itself: the first one was learned, its answer never came
        assert answer.results[0].status is EventStatus.EXISTS

    async def lost(self, event: Event):
        proxy, client = self.served.proxy, self.served.client
        await client.get_model()  # so that the connection is up, and quiet
        before = (await self.served.storage.log.head()).sequence
        proxy.hold()
        calling = asyncio.create_task(client.feedback([event]))
        await eventually(lambda: self.served.replica.shell.tail.position.sequence > before)
        await proxy.cut()
        return await calling

    @rule(user=st.sampled_from(ACCOUNTS[1:]), segment=st.sampled_from(("new", "old")))
    def write_a_user(self, user: str, segment: str) -> None:
        self.call("upsert_users", [User(user, {"segment": segment})])
        self.model.features[user] = {"segment": segment}

    @rule(user=st.sampled_from(ACCOUNTS[1:]))
    def erase_an_account(self, user: str) -> None:
        self.call("erase_user", user)
        self.model.erase_user(user)

    @rule(visitor=st.sampled_from(VISITORS))
    def erase_a_visitor(self, visitor: str) -> None:
        self.call("erase_user", visitor_id=visitor)
        self.model.erase_visitor(visitor)

    @rule(visitor=st.sampled_from(VISITORS))
    def unlink_a_visitor(self, visitor: str) -> None:
        self.call("unlink_visitor", visitor)
        self.model.log_out(visitor)

    @rule(visitor=st.sampled_from(VISITORS), user=st.sampled_from(ACCOUNTS))
    def log_out(self, visitor: str, user: str) -> None:
        event = Event("logout", visitor, user_id=user, event_id=f"e{len(self.sent)}")
        self.sent.append(event)
        assert self.send([event]) == [self.model.learn(event)]

    @rule(item=st.sampled_from(SHOP), title=st.sampled_from(("red", "blue")))
    def write_an_item(self, item: str, title: str) -> None:
        self.call("upsert_items", [Item(item, title=title)])
        self.model.titles[item] = title

    @rule(item=st.sampled_from(SHOP))
    def delete_an_item(self, item: str) -> None:
        self.call("delete_items", [item])
        self.model.titles.pop(item, None)

    @rule(snapshot_on_stop=st.booleans())
    def restart(self, snapshot_on_stop: bool) -> None:
        self.runner.run(self.served.restart(snapshot_on_stop=snapshot_on_stop))

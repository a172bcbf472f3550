"""Every write to accounts is charged to its caller while it is learned."""

from __future__ import annotations

import asyncio

import pytest

from headwater.v1 import user_service_pb2 as pb
from headwater_server.api.guard.accounts import Account, current_account
from headwater_server.api.servicers.user import UserServicer
from headwater_server.api.settings import ApiSettings
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.replica.answers import WriteAnswer

ITEM_S = 0.25


class Charged(Account):
    """An account that notes what is charged, and when that ends."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[float | str] = []

    async def begin_learning(self, cost_s: float) -> None:
        self.notes.append(cost_s)

    def end_learning(self, cost_s: float) -> None:
        self.notes.append(-cost_s)


class Writing:
    """Writes of one account or visitor, noted where they are done."""

    item_s = ITEM_S

    def __init__(self, account: Charged) -> None:
        self._account = account

    async def _write(self, *_: object) -> WriteAnswer:
        self._account.notes.append("written")
        return WriteAnswer([Outcome(Status.CREATED)], "1-0")

    upsert_users = erase_user = unlink_visitor = _write


class Context:
    def time_remaining(self) -> float:
        return 1.0


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("UpsertUsers", pb.UpsertUsersRequest(writes=[pb.UserWrite(user=pb.User(user_id="u"))])),
        ("EraseUser", pb.EraseUserRequest(user_id="u")),
        ("UnlinkVisitor", pb.UnlinkVisitorRequest(visitor_id="v")),
    ],
)
def test_a_write_is_charged_until_it_is_learned(method: str, request_: object) -> None:
    async def charged() -> list[float | str]:
        account = Charged()
        current_account.set(account)
        servicer = UserServicer(Writing(account), ApiSettings())  # type: ignore[arg-type]
        assert (await getattr(servicer, method)(request_, Context())).offset == "1-0"
        return account.notes

    assert asyncio.run(charged()) == [ITEM_S, "written", -ITEM_S]

"""UserService."""

from __future__ import annotations

from headwater.v1 import user_service_pb2 as pb
from headwater.v1 import user_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import key_name
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import Learning
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate import users, visitors
from headwater_server.replica.steps import taken_in_steps


class UserServicer(pb_grpc.UserServiceServicer):
    """Reads and changes accounts; their first event or write creates visitors and accounts."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings

    async def UpsertUsers(
        self, request: pb.UpsertUsersRequest, context: Context
    ) -> pb.UpsertUsersResponse:
        writes = await taken_in_steps(users.upsert_users_request(request))
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s * len(writes)):
            answer = await self._replica.upsert_users(writes, remaining_s)
        return users.upsert_users_response(writes, answer)

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        user_id, visitor_id = users.get_user_request(request)
        profile = self._replica.get_user(user_id, visitor_id)
        return users.get_user_response(user_id, visitor_id, profile)

    async def ListVisitors(
        self, request: pb.ListVisitorsRequest, context: Context
    ) -> pb.ListVisitorsResponse:
        question = visitors.list_visitors_request(request)
        answer = await self._replica.operators.visitors(question)
        return visitors.list_visitors_response(answer, question)

    async def EraseUser(
        self, request: pb.EraseUserRequest, context: Context
    ) -> pb.EraseUserResponse:
        user_id, visitor_id = users.erase_user_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.erase_user(user_id, visitor_id, remaining_s, key_name())
        return pb.EraseUserResponse(offset=answer.offset)

    async def UnlinkVisitor(
        self, request: pb.UnlinkVisitorRequest, context: Context
    ) -> pb.UnlinkVisitorResponse:
        visitor_id = users.unlink_visitor_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.unlink_visitor(visitor_id, remaining_s)
        return pb.UnlinkVisitorResponse(offset=answer.offset)

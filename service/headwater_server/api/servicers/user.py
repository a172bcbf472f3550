"""UserService: promised, not yet there."""

from __future__ import annotations

from headwater.v1 import user_service_pb2 as pb
from headwater.v1 import user_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.not_yet import not_yet


class UserServicer(pb_grpc.UserServiceServicer):
    """Visitors and users come into being with their first event."""

    async def UpsertUsers(
        self, request: pb.UpsertUsersRequest, context: Context
    ) -> pb.UpsertUsersResponse:
        not_yet("UpsertUsers")

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        not_yet("GetUser")

    async def EraseUser(
        self, request: pb.EraseUserRequest, context: Context
    ) -> pb.EraseUserResponse:
        not_yet("EraseUser")

"""Write requests about accounts, and read profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from google.protobuf.field_mask_pb2 import FieldMask

from headwater.users import (
    Touch,
    UpsertUsersAnswer,
    User,
    UserProfile,
    UserResult,
    VisitorPage,
    VisitorSummary,
)
from headwater.v1 import user_service_pb2 as pb
from headwater.wire.fields import built, each, listed
from headwater.wire.items import STATUSES
from headwater.wire.values import from_time, from_values, to_time, to_values


def upsert_users_request(
    users: Iterable[User], features: Sequence[str], set_time: datetime | None
) -> pb.UpsertUsersRequest:
    """Build the request: one write for each account, of the named features or of all it has."""
    names = listed("features", features, "names")
    mask = FieldMask(paths=[f"features.{name}" for name in names]) if features else None
    when = to_time("set_time", set_time)
    return pb.UpsertUsersRequest(
        writes=[
            pb.UserWrite(user=user, update_mask=mask, set_time=when)
            for user in each("users", users, User, _to_user)
        ]
    )


def _to_user(user: User) -> pb.User:
    return built(pb.User, user_id=user.user_id, features=to_values("features", user.features))


def upsert_users_answer(response: pb.UpsertUsersResponse) -> UpsertUsersAnswer:
    """Read the results of the writes."""
    results = (
        UserResult(result.user_id, STATUSES[result.status], result.detail)
        for result in response.results
    )
    return UpsertUsersAnswer(results=tuple(results), offset=response.offset)


def profile(response: pb.GetUserResponse) -> UserProfile:
    """Read the profile."""
    user = response.user
    return UserProfile(
        user=User(user.user_id, from_values(dict(user.features))),
        visitor_ids=tuple(response.visitor_ids),
        history=tuple(
            Touch(one.item_id, from_time(one.touch_time), one.touches, one.refused)
            for one in response.history
        ),
    )


def visitor_page(response: pb.ListVisitorsResponse) -> VisitorPage:
    """Read a page of visitors and accounts."""
    return VisitorPage(
        tuple(map(_summary, response.visitors)),
        response.next_page_token,
        response.total_count,
        response.searched_count,
        response.profile_count,
        response.unsearched_count,
    )


def _summary(one: pb.VisitorSummary) -> VisitorSummary:
    return VisitorSummary(
        visitor_id=one.visitor_id,
        user_id=one.user_id,
        last_active_time=from_time(one.last_active_time)
        if one.HasField("last_active_time")
        else None,
        item_count=one.item_count,
        linked_visitor_count=one.linked_visitor_count,
    )

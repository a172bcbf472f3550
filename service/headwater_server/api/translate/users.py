"""UserService: translates writes and ids in, outcomes and profiles out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headwater.v1 import user_service_pb2 as pb
from headwater_server.api.translate.catalog import STATUSES, WRITES_MAX
from headwater_server.api.translate.checks import (
    LABELS_MAX,
    at_most,
    between,
    required,
    short_text,
)
from headwater_server.api.translate.values import (
    checked_set_time_ms,
    checked_values,
    time_message,
    value_messages,
)
from headwater_server.engine.messages.entries import UserWrite
from headwater_server.engine.messages.requests import UserProfile
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.answers import WriteAnswer

_FEATURES = "features"


def upsert_users_request(request: pb.UpsertUsersRequest) -> Iterator[UserWrite]:
    """Yield the writes, each checked; the caller takes all of them before any is done."""
    between("writes", request.writes, WRITES_MAX)
    for place, write in enumerate(request.writes):
        yield _write(f"writes[{place}]", write)


def _write(place: str, write: pb.UserWrite) -> UserWrite:
    features = checked_values(f"{place}.user.features", write.user.features)
    fields = _fields(f"{place}.update_mask", write.update_mask.paths)
    return UserWrite(
        user_id=required(f"{place}.user.user_id", write.user.user_id),
        features=tuple(pair for pair in features if not fields or pair[0] in fields),
        fields=fields,
        set_time_ms=checked_set_time_ms(f"{place}.set_time", write),
    )


def _fields(field: str, paths: Sequence[str]) -> tuple[str, ...]:
    """Return the named features, () for all that the write contains."""
    at_most(field, paths, LABELS_MAX)
    if _FEATURES in paths:
        paths = [path for path in paths if path == _FEATURES]
    return tuple(_feature(field, path) for path in paths if path != _FEATURES)


def _feature(field: str, path: str) -> str:
    start, _, name = path.partition(".")
    if start != _FEATURES or not name:
        raise InvalidRequest(field, f"names {path[:40]!r}; there are features, features.<name>")
    return short_text(field, name)


def upsert_users_response(
    writes: Sequence[UserWrite], answer: WriteAnswer
) -> pb.UpsertUsersResponse:
    """Return one result per write, in the order sent."""
    results = [
        pb.UserWriteResult(
            user_id=write.user_id, status=STATUSES[outcome.status], detail=outcome.detail
        )
        for write, outcome in zip(writes, answer.outcomes, strict=True)
    ]
    return pb.UpsertUsersResponse(results=results, offset=answer.offset)


def get_user_request(request: pb.GetUserRequest) -> tuple[str, str]:
    """Return the requested account or visitor; the other one is empty."""
    return _one_of(request.user_id, request.visitor_id)


def erase_user_request(request: pb.EraseUserRequest) -> tuple[str, str]:
    """Return the account or the visitor to erase; the other one is empty."""
    return _one_of(request.user_id, request.visitor_id)


def unlink_visitor_request(request: pb.UnlinkVisitorRequest) -> str:
    """Return the visitor whose link ends."""
    return required("visitor_id", request.visitor_id)


def _one_of(user_id: str, visitor_id: str) -> tuple[str, str]:
    if user_id and visitor_id:
        raise InvalidRequest("visitor_id", "is set together with user_id; set one of them only")
    if not user_id and not visitor_id:
        raise InvalidRequest("user_id", "or visitor_id is required")
    return short_text("user_id", user_id), short_text("visitor_id", visitor_id)


def get_user_response(
    user_id: str, visitor_id: str, profile: UserProfile | None
) -> pb.GetUserResponse:
    """Return the profile; raise `NotFound` when it is unknown."""
    if profile is None:
        raise NotFound("user_id" if user_id else "visitor_id", user_id or visitor_id)
    return pb.GetUserResponse(
        user=pb.User(user_id=profile.user_id, features=value_messages(profile.features)),
        visitor_ids=profile.visitor_ids,
        history=[
            pb.Touch(
                item_id=interaction.item_id,
                touch_time=time_message(interaction.time_ms),
                touches=interaction.count,
                refused=interaction.refused,
            )
            for interaction in profile.history
        ],
    )

from __future__ import annotations

import math

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1 import item_pb2
from headwater.v1 import user_service_pb2 as pb
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.users import (
    get_user_request,
    get_user_response,
    upsert_users_request,
    upsert_users_response,
)
from headwater_server.engine.messages.entries import UserWrite
from headwater_server.engine.messages.events import Outcome, Status
from headwater_server.engine.messages.requests import Interaction, UserProfile
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.answers import WriteAnswer

FEATURES = {"segment": Value(text="vip"), "age": Value(number=31)}
ANN = pb.User(user_id="ann", features=FEATURES)


def request(**write: object) -> pb.UpsertUsersRequest:
    return pb.UpsertUsersRequest(writes=[pb.UserWrite(**({"user": ANN} | write))])


def test_every_field_of_a_write_arrives() -> None:
    (write,) = upsert_users_request(request(set_time=Timestamp(seconds=2)))
    assert write == UserWrite("ann", (("age", 31.0), ("segment", "vip")), (), 2000)


@pytest.mark.parametrize(
    ("paths", "fields", "names"),
    [
        ([], (), ["age", "segment"]),
        (["features"], (), ["age", "segment"]),
        (["features", "features.age"], (), ["age", "segment"]),
        (["features.age"], ("age",), ["age"]),
        (["features.a.b", "features.age"], ("a.b", "age"), ["age"]),
        (["features.gone"], ("gone",), []),
    ],
)
def test_a_mask_names_single_features_or_all_that_are_given(paths, fields, names) -> None:
    (write,) = upsert_users_request(request(update_mask=FieldMask(paths=paths)))
    assert write.fields == fields
    assert [name for name, _ in write.features] == names


@pytest.mark.parametrize(
    ("write", "field"),
    [
        ({"user": pb.User()}, "writes[0].user.user_id"),
        ({"user": pb.User(user_id="u" * 129)}, "writes[0].user.user_id"),
        (
            {"user": pb.User(user_id="u", features={"x": Value(number=math.nan)})},
            'writes[0].user.features["x"].number',
        ),
        (
            {"user": pb.User(user_id="u", features={str(n): Value(number=n) for n in range(101)})},
            "writes[0].user.features",
        ),
        ({"update_mask": FieldMask(paths=["age"])}, "writes[0].update_mask"),
        ({"update_mask": FieldMask(paths=["features."])}, "writes[0].update_mask"),
        ({"update_mask": FieldMask(paths=["features." + "n" * 129])}, "writes[0].update_mask"),
        ({"update_mask": FieldMask(paths=["features.a"] * 101)}, "writes[0].update_mask"),
        ({"set_time": Timestamp(nanos=-1)}, "writes[0].set_time"),
        ({"set_time": Timestamp(seconds=2_903_212_800)}, "writes[0].set_time"),  # 2062
    ],
)
def test_a_bad_write_names_its_field(write, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list(upsert_users_request(request(**write)))
    assert caught.value.field == field
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("count", [0, 1001])
def test_a_call_has_1_to_1000_writes(count) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list(upsert_users_request(pb.UpsertUsersRequest(writes=[pb.UserWrite(user=ANN)] * count)))
    assert caught.value.field == "writes"


def test_what_became_of_each_write_goes_out_in_order() -> None:
    outcomes = [Outcome(Status.CREATED), Outcome(Status.EXISTS, "older")]
    message = upsert_users_response([UserWrite("a"), UserWrite("b")], WriteAnswer(outcomes, "9-0"))
    assert [result.user_id for result in message.results] == ["a", "b"]
    assert [result.status for result in message.results] == [
        item_pb2.WRITE_STATUS_APPLIED,
        item_pb2.WRITE_STATUS_OUTDATED,
    ]
    assert (message.results[1].detail, message.offset) == ("older", "9-0")


@pytest.mark.parametrize(
    ("ids", "field"),
    [
        ({}, "user_id"),
        ({"user_id": "u", "visitor_id": "v"}, "visitor_id"),
        ({"user_id": "u" * 129}, "user_id"),
        ({"visitor_id": "v" * 129}, "visitor_id"),
    ],
)
def test_exactly_one_of_account_and_visitor_is_asked_for(ids, field) -> None:
    assert get_user_request(pb.GetUserRequest(user_id="u")) == ("u", "")
    assert get_user_request(pb.GetUserRequest(visitor_id="v")) == ("", "v")
    with pytest.raises(InvalidRequest) as caught:
        get_user_request(pb.GetUserRequest(**ids))
    assert caught.value.field == field


def test_every_field_of_a_profile_goes_out() -> None:
    history = (Interaction("boots", 5_250, 3), Interaction("hat", 1_000, 1, refused=True))
    profile = UserProfile("ann", (("segment", "vip"),), ("v1", "v2"), history)
    message = get_user_response("ann", "", profile)
    assert (message.user.user_id, dict(message.user.features)) == (
        "ann",
        {"segment": Value(text="vip")},
    )
    assert list(message.visitor_ids) == ["v1", "v2"]
    assert list(message.history) == [
        pb.Touch(item_id="boots", touch_time=Timestamp(seconds=5, nanos=250_000_000), touches=3),
        pb.Touch(item_id="hat", touch_time=Timestamp(seconds=1), touches=1, refused=True),
    ]


@pytest.mark.parametrize(("ids", "field"), [(("u", ""), "user_id"), (("", "v"), "visitor_id")])
def test_nobody_has_heard_of_them(ids, field) -> None:
    with pytest.raises(NotFound) as caught:
        get_user_response(*ids, None)
    assert caught.value.field == field

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import headwater
from headwater.v1 import event_pb2, item_pb2, value_pb2
from headwater.v1 import recommendation_service_pb2 as recommendation
from headwater.v1 import user_service_pb2 as user
from headwater.wire.events import STATUSES as EVENT_STATUSES
from headwater.wire.events import feedback_request
from headwater.wire.items import STATUSES as WRITE_STATUSES
from headwater.wire.items import from_item, to_item, upsert_items_request
from headwater.wire.recommendations import Question, recommend_request
from headwater.wire.recommendations import recommendation as read_slate
from headwater.wire.users import profile, upsert_users_request

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_every_field_of_an_event_is_sent() -> None:
    event = headwater.Event(
        "purchase",
        "v",
        items=["a", headwater.EventItem("b", 2, 9.5, "EUR")],
        user_id="u",
        session_id="s",
        value=4.5,
        reward=0.25,
        event_time=NOON,
        attribution_token="t",
        placement="basket",
        position=3,
        context={"device": "phone", "load": 1},
        choice=headwater.Choice(0.8, 0.25, baseline_weight=0.5, mode="online"),
    )
    (message,) = feedback_request([event]).events
    assert message.event_id == event.event_id
    assert message.items[1] == event_pb2.EventItem(
        item_id="b", quantity=2, price=9.5, currency_code="EUR"
    )
    assert not message.items[0].HasField("quantity")
    assert (message.choice.propensity, message.choice.policy_propensity) == (0.8, 0.25)
    assert (message.choice.baseline_weight, message.choice.mode) == (0.5, "online")
    assert (message.value, message.reward) == (4.5, 0.25)
    assert message.event_time.ToDatetime(tzinfo=UTC) == NOON
    assert (message.context["device"].text, message.context["load"].number) == ("phone", 1)
    assert {name.name for name, _ in message.ListFields()} == {
        field.name for field in event_pb2.Event.DESCRIPTOR.fields
    }


def test_two_events_never_share_an_id() -> None:
    assert headwater.Event("click", "v").event_id != headwater.Event("click", "v").event_id


def test_a_time_without_a_timezone_is_refused() -> None:
    event = headwater.Event("click", "v", event_time=NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="event_time has no timezone"):
        feedback_request([event])


def test_a_question_creates_its_id_once_and_takes_every_field() -> None:
    fields = {field.name for field in recommendation.RecommendRequest.DESCRIPTOR.fields}
    assert set(Question.__annotations__) == fields - {"visitor_id", "exploration"} | {"explore"}
    message = recommend_request("v", {"explore": False, "context": {"x": 1}, "page_size": 3})
    assert (message.exploration, message.page_size) == (recommendation.EXPLORATION_OFF, 3)
    assert len(message.recommendation_id) == 32
    assert recommend_request("v", {"recommendation_id": "r"}).recommendation_id == "r"


@pytest.mark.parametrize("level", ["", "none", "low", "medium", "high", "auto"])
def test_variety_is_asked_for_by_name(level: str) -> None:
    name = f"DIVERSITY_{(level or 'unspecified').upper()}"
    message = recommend_request("v", {"diversity": level})
    assert message.diversity == recommendation.Diversity.Value(name)


def test_a_level_of_variety_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="diversity: 'huge' is none of none, low"):
        recommend_request("v", {"diversity": "huge"})


def test_a_slate_says_which_rules_moved_each_item() -> None:
    message = recommendation.RecommendResponse(
        results=[recommendation.Result(item_id="a", rules=["sale", "diversity"])]
    )
    assert read_slate(message).results[0].rules == ("sale", "diversity")


def test_an_item_makes_the_round_trip() -> None:
    item = headwater.Item(
        "a",
        title="Boots",
        categories=("shoes",),
        price=0.0,
        currency_code="EUR",
        available=False,
        tags=("rain",),
        features={"height": 3.0, "colour": "red"},
        publish_time=NOON,
        expire_time=NOON,
    )
    assert from_item(to_item(item)) == item
    assert from_item(item_pb2.Item(item_id="a")) == headwater.Item("a")


def test_fields_and_set_time_go_with_every_write() -> None:
    items = [headwater.Item("a"), headwater.Item("b")]
    for write in upsert_items_request(items, ["price"], NOON).writes:
        assert list(write.update_mask.paths) == ["price"]
        assert write.HasField("set_time")


def test_every_status_of_the_api_is_known() -> None:
    assert set(EVENT_STATUSES) == set(event_pb2.EventStatus.values()) - {0}
    assert set(WRITE_STATUSES) == set(item_pb2.WriteStatus.values()) - {0}


def test_every_field_of_a_profile_is_read() -> None:
    interaction = user.Touch(item_id="boots", touches=3, refused=True)
    interaction.touch_time.FromDatetime(NOON)
    message = user.GetUserResponse(
        user=user.User(user_id="ann", features={"age": value_pb2.Value(number=31)}),
        visitor_ids=["phone"],
        history=[interaction],
    )
    assert profile(message) == headwater.UserProfile(
        headwater.User("ann", {"age": 31.0}),
        ("phone",),
        (headwater.Touch("boots", NOON, 3, refused=True),),
    )
    assert {name.name for name, _ in message.ListFields()} == {
        field.name for field in user.GetUserResponse.DESCRIPTOR.fields
    }


def test_named_features_and_set_time_go_with_every_account() -> None:
    users = [headwater.User("ann", {"age": 31}), headwater.User("bob")]
    for write in upsert_users_request(users, ["age"], NOON).writes:
        assert list(write.update_mask.paths) == ["features.age"]
        assert write.HasField("set_time")
    (write,) = upsert_users_request(users[:1], (), None).writes
    assert not write.HasField("update_mask")


def test_every_field_of_a_slate_is_read() -> None:
    fields = {field.name for field in recommendation.RecommendResponse.DESCRIPTOR.fields}
    assert set(headwater.Recommendation.__dataclass_fields__) == fields | {"is_fallback"}

from __future__ import annotations

import math

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.feedback import feedback_request, feedback_response
from headwater_server.engine.messages.events import CREATED, Event, EventItem, Outcome, Status
from headwater_server.errors import InvalidRequest
from headwater_server.replica.answers import WriteAnswer


def test_every_field_of_an_event_arrives_with_its_token_beside_it() -> None:
    message = event_pb2.Event(
        event_id="e",
        event_type="purchase",
        visitor_id="v",
        user_id="u",
        session_id="s",
        items=[
            event_pb2.EventItem(item_id="a", quantity=2, price=9.5, currency_code="EUR"),
            event_pb2.EventItem(item_id="b"),
        ],
        value=4.5,
        event_time=Timestamp(seconds=1_700_000_000, nanos=5_999_999),
        attribution_token="token",
        placement="basket",
        position=3,
        context={"b": Value(text="x"), "a": Value(number=1)},
    )
    event = Event(
        event_id="e",
        event_type="purchase",
        visitor_id="v",
        user_id="u",
        session_id="s",
        items=(EventItem("a", 2.0, 9.5, "EUR"), EventItem("b")),
        value=4.5,
        event_time_ms=1_700_000_000_005,
        placement="basket",
        position=3,
        context=(("a", 1.0), ("b", "x")),
    )
    assert list(feedback_request(pb.FeedbackRequest(events=[message]))) == [(event, "token")]


def test_what_is_left_out_is_none_and_a_zero_is_a_zero() -> None:
    absent = event_pb2.Event(event_id="e", items=[event_pb2.EventItem()])
    zero = event_pb2.Event(
        event_id="e", value=0, event_time=Timestamp(), items=[event_pb2.EventItem(quantity=0)]
    )
    (first, _), (second, _) = feedback_request(pb.FeedbackRequest(events=[absent, zero]))
    assert (first.value, first.event_time_ms, first.items[0].quantity) == (None, None, 1.0)
    assert (second.value, second.event_time_ms, second.items[0].quantity) == (0.0, 0, 0.0)


@pytest.mark.parametrize(
    ("events", "field"),
    [
        ([], "events"),
        ([event_pb2.Event(event_id="e")] * 1001, "events"),
        ([event_pb2.Event(event_id="e"), event_pb2.Event()], "events[1].event_id"),
    ],
)
def test_a_malformed_call_names_its_field(events, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list(feedback_request(pb.FeedbackRequest(events=events)))
    assert caught.value.field == field


@given(
    number=st.floats(allow_nan=True, allow_infinity=True),
    seconds=st.integers(-(2**63), 2**63 - 1),
    nanos=st.integers(-(2**31), 2**31 - 1),
    position=st.integers(-(2**31), 2**31 - 1),
    text=st.text(max_size=300).filter(bool),
)
def test_an_event_that_cannot_be_learned_from_is_for_the_replica_to_judge(
    number, seconds, nanos, position, text
) -> None:
    message = event_pb2.Event(
        event_id=text,
        event_type=text,
        visitor_id=text,
        items=[event_pb2.EventItem(item_id=text, quantity=number, price=number)],
        value=number,
        event_time=Timestamp(seconds=seconds, nanos=nanos),
        attribution_token=text,
        position=position,
        context={text: Value(number=number), "": Value()},
    )
    ((event, token),) = feedback_request(pb.FeedbackRequest(events=[message]))
    assert (event.event_id, event.position, token) == (text, position, text)
    assert event.value == number or math.isnan(number)
    assert -(2**63) < event.event_time_ms < 2**63


def test_each_status_goes_out_in_order() -> None:
    signed = [(Event(str(n), "click", "v"), "") for n in range(4)]
    outcomes = [Outcome(status, status.value) for status in Status]
    message = feedback_response(signed, WriteAnswer(outcomes, "9-0"))
    assert message.offset == "9-0"
    assert [result.event_id for result in message.results] == ["0", "1", "2", "3"]
    names = [event_pb2.EventStatus.Name(result.status) for result in message.results]
    assert names == [f"EVENT_STATUS_{status.name}" for status in Status]
    assert message.results[2].detail == "conflict"


@given(st.lists(st.text(min_size=1, max_size=140) | st.just("x" * 130), max_size=5))
def test_results_of_events_that_were_created_are_those_written_one_by_one(ids: list[str]) -> None:
    ids = [one.encode("utf-8", "replace").decode() for one in ids]
    signed = [(Event(one, "view", "v"), "") for one in ids]
    message = feedback_response(signed, WriteAnswer([CREATED] * len(ids), "9-0"))
    expected = pb.FeedbackResponse(offset="9-0")
    for one in ids:
        expected.results.add(event_id=one, status=event_pb2.EVENT_STATUS_CREATED)
    assert message == expected

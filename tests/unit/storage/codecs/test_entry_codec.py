from __future__ import annotations

import math

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from headwater.v1 import event_pb2
from headwater.v1.feedback_service_pb2 import FeedbackRequest
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.feedback import feedback_request
from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from tests.unit.storage.strategies import events, number, operations, text

whole_s = st.integers(-62_135_596_800, 253_402_300_799)
times = st.builds(Timestamp, seconds=whole_s, nanos=st.integers(0, 999_999_999))
sent_items = st.builds(
    event_pb2.EventItem,
    item_id=text,
    quantity=st.none() | number,
    price=st.none() | number,
    currency_code=text,
)
contexts = st.dictionaries(
    text, st.builds(Value, text=text) | st.builds(Value, number=number), max_size=3
)
sent_events = st.builds(
    event_pb2.Event,
    event_id=text.filter(bool),
    event_type=text,
    visitor_id=text,
    user_id=text,
    session_id=text,
    items=st.lists(sent_items, max_size=3),
    value=st.none() | number,
    event_time=st.none() | times,
    placement=text,
    position=st.integers(-(2**31), 2**31 - 1),
    context=contexts,
)


@given(operations, st.booleans())
def test_an_entry_comes_back_as_it_was(batch: tuple[Operation, ...], imported: bool) -> None:
    payload = encode_operations(batch, imported=imported)
    assert decode_entry(payload, 7) == Entry(7, batch, imported)


@given(sent_events)
def test_an_event_as_it_was_sent_is_the_one_that_is_read_back(sent: event_pb2.Event) -> None:
    """A replica applies its own events without reading them: each bit and type is the same."""
    request = FeedbackRequest(events=[sent])
    ((event, _),) = feedback_request(request)
    event = event.sent(b"fingerprint", "source", from_page=True)
    decoded = decode_entry(encode_operations([event]), 0).operations
    assert repr(decoded) == repr((event,))


@given(events)
def test_any_event_comes_back_bit_by_bit(event: Event) -> None:
    assert repr(decode_entry(encode_operations([event]), 0).operations) == repr((event,))


@given(operations, st.integers(1_577_836_800_000, 2**53))
def test_a_time_after_the_payload_is_the_entrys(batch: tuple[Operation, ...], time_ms: int) -> None:
    """As the script that appends writes it, where the offset's time is that of a wrong clock."""
    payload = encode_operations(batch) + pb.Entry(append_time_ms=time_ms).SerializeToString()
    assert decode_entry(payload, 7) == Entry(time_ms, batch)


@given(operations, operations)
def test_two_encoded_batches_after_each_other_are_one_entry(
    first: tuple[Operation, ...], second: tuple[Operation, ...]
) -> None:
    payload = encode_operations(first) + encode_operations(second)
    assert decode_entry(payload, 0).operations == first + second


def test_a_value_that_is_no_number_survives_for_quarantine() -> None:
    payload = encode_operations([Event("e", "rating", "v", value=math.nan)])
    (event,) = decode_entry(payload, 0).operations
    assert isinstance(event, Event)
    assert event.value is not None
    assert math.isnan(event.value)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (pb.Entry(version=3).SerializeToString(), "version 3"),
        (b"", "version 0"),
        (pb.Entry(version=1, operations=[pb.Operation()]).SerializeToString(), "kind"),
        (b"\xff\xff", "is not an entry"),
        (
            pb.Entry(
                version=1,
                operations=[
                    pb.Operation(settings_change=pb.SettingsChange(settings='{"flavour":1}'))
                ],
            ).SerializeToString(),
            "flavour",
        ),
    ],
)
def test_what_this_build_does_not_know_is_refused_with_the_reason(
    payload: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableEntry, match=reason):
        decode_entry(payload, 0)


def test_every_kind_of_operation_keeps_the_number_it_was_first_written_with() -> None:
    """A log outlives the build that wrote it: kinds are added, never renumbered."""
    kinds = pb.Operation.DESCRIPTOR.oneofs_by_name["kind"].fields
    assert {kind.name: kind.number for kind in kinds} == {
        "event": 1,
        "item_write": 2,
        "settings_change": 3,
        "item_delete": 4,
        "user_write": 5,
        "user_erase": 6,
        "mark": 7,
        "visitor_unlink": 8,
        "erased_event": 9,
        "build": 10,
        "policy_write": 11,
        "policy_promote": 12,
        "policy_rollback": 13,
        "experiment_write": 14,
        "experiment_stop": 15,
        "acknowledged_lost": 16,
        "source_advance": 17,
        "rule_write": 18,
        "rule_delete": 19,
        "quarantine_change": 20,
        "key_change": 21,
        "session_end": 22,
    }

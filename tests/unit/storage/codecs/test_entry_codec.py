from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.faults import UnreadableEntry
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from tests.unit.storage.strategies import operations


@given(operations, st.booleans())
def test_an_entry_comes_back_as_it_was(batch: tuple[Operation, ...], imported: bool) -> None:
    payload = encode_operations(batch, imported=imported)
    assert decode_entry(payload, 7) == Entry(7, batch, imported)


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
        (pb.Entry(version=2).SerializeToString(), "version 2"),
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
    }

"""An entry that is rewritten without erased operations stays the entry of its time."""

from __future__ import annotations

from headwater_server.engine.intake.deduplication import erased_event
from headwater_server.engine.messages.entries import UserErase
from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.rebuild.erased import Erased


def test_what_is_left_keeps_the_time_of_its_append() -> None:
    ann, bob = Event("e1", "click", "ann"), Event("e2", "click", "bob")
    payload = encode_operations([ann, bob])
    payload += pb.Entry(append_time_ms=7).SerializeToString()
    entry = Raw(Position("9-0", 1), "0-0", payload)
    erased = Erased()
    erase = encode_operations([UserErase(visitor_ids=("ann",))])
    erased.collect(Raw(Position("9-1", 2), "9-0", erase))
    left, removed = erased.without(entry)
    assert removed == 1
    kept = decode_entry(left.payload, 9)
    assert (kept.time_ms, kept.operations) == (7, (erased_event(ann), bob))

"""An entry that is rewritten without erased operations stays the entry of its time."""

from __future__ import annotations

from dataclasses import replace

from headwater_server.engine.intake.deduplication import erased_event
from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.entries import UserErase
from headwater_server.engine.messages.events import Event, Slate
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


def test_what_was_asked_for_an_erased_account_goes_from_events_of_its_former_visitor() -> None:
    """Such a visitor has logged out since: the event stays, without question and arms."""
    question = Question(user_id="anna", context=(("town", "Kiel"),))
    slate = Slate("r1", "best", "home", ("a",), (1.0,), 7, 1, 5, (Arm("e", "b"),), question)
    seen = Event("e1", "impression", "browser", slate=slate)
    other = Event("e2", "impression", "browser", slate=replace(slate, question=Question()))
    entry = Raw(Position("9-0", 1), "0-0", encode_operations([seen, other]))
    erased = Erased()
    erased.collect(Raw(Position("9-1", 2), "9-0", encode_operations([UserErase("anna")])))
    left, removed = erased.without(entry)
    forgotten = replace(slate, question=None, arms=(), unreplayable=True)
    kept = decode_entry(left.payload, 9).operations
    assert (removed, kept) == (1, (replace(seen, slate=forgotten), other))
    assert b"anna" not in left.payload
    assert b"Kiel" not in left.payload
    assert erased.without(left) == (left, 0)

"""The audit log and the rules of editors are copied at once, and written by a thread later."""

from __future__ import annotations

import time
from itertools import pairwise

from headwater_server.engine.auditing.trail import KINDS, AuditTrail
from headwater_server.engine.rules.book import Edit, RuleBook, canonical
from headwater_server.engine.snapshot.capture import Capture
from headwater_server.engine.snapshot.state import flatten, unflatten

RULE = canonical({"name": "two", "kind": "cap", "field": "brand", "most": 2})


def _full() -> tuple[AuditTrail, RuleBook]:
    trail, book = AuditTrail(), RuleBook()
    for number in range(500):
        for kind in KINDS:
            trail.note(kind, number, "ann", "did", f"s{number}", old=RULE, new=RULE)
        book.write(Edit(f"r{number % 150}", RULE, book.next_revision, number, "ann"), before=RULE)
    return trail, book


def _text(tree) -> str:
    return str([*flatten(tree)])


def test_a_copy_is_what_was_there_and_takes_no_time():
    trail, book = _full()
    capture = Capture(lambda: {"audit": trail.state, **book.branch})
    expected = _text({"audit": trail.state, **book.branch})
    times = [time.thread_time()]
    times += [time.thread_time() for _ in capture.take()]
    times.append(time.thread_time())
    trail.note(KINDS[0], 9_999, "eve", "did", "more")
    book.write(Edit("r1", RULE, book.next_revision, 9_999, "eve"), before=RULE)
    begin = time.thread_time()
    assert str([*capture.parts()]) == expected
    written_s = time.thread_time() - begin
    assert max(b - a for a, b in pairwise(times)) < written_s / 4


def test_what_was_written_is_read_again():
    trail, book = _full()
    state = unflatten(flatten({"audit": trail.state, **book.branch}))
    trail_again, book_again = AuditTrail(), RuleBook()
    trail_again.load(state["audit"])
    book_again.load(state, promoted=0)
    assert list(trail_again.newest()) == list(trail.newest())
    assert (book_again.edits, book_again.changes) == (book.edits, book.changes)
    assert list(book_again.edits) == list(book.edits)
    assert _text(book_again.branch) == _text(book.branch)

"""What profiles, links and ids are said to take is what Python allocates for them."""

import tracemalloc

import pytest

from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.messages.events import Event
from headwater_server.engine.snapshot.memory import memory_bytes
from headwater_server.engine.visitors import profile_rows
from headwater_server.engine.visitors.visitors import Visitors

MANY = 16_000  # nearly a power of two: arrays double, and their unused part takes no memory


def said_and_taken(part, fill):
    """Return the bytes that a part says it takes more once it is filled, and those it takes."""
    said = memory_bytes(part)
    tracemalloc.start()
    try:
        fill(part)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return memory_bytes(part) - said, taken


def uuid(number):
    return f"0a1b2c3d-0000-4000-8000-{number:012d}"


@pytest.mark.parametrize("accounts", [False, True], ids=["visitors", "with accounts"])
def test_of_profiles_and_links(accounts):
    def fill(visitors):
        for number in range(MANY):
            name = uuid(number)
            row = visitors.open(name, name if accounts else "", float(number))
            visitors.enter(row, float(number), "session")
            visitors.histories.add(row, number % 7, float(number))
        profile_rows.hashed.cache_clear()  # the last thousand, of all profiles there are

    Visitors(1, 1800.0).histories.add(0, 1, 1.0)  # compiles the kernel, which takes memory, too
    said, taken = said_and_taken(Visitors(10 * MANY, 1800.0), fill)
    assert said == pytest.approx(taken, rel=0.15)


def test_of_remembered_ids():
    def fill(seen):
        for number in range(MANY):
            seen.remember(Event(uuid(number), "click", "v", fingerprint=b"0" * 16), "v", 1)

    said, taken = said_and_taken(Deduplication(10**9, 10 * MANY), fill)
    assert said == pytest.approx(taken, rel=0.15)

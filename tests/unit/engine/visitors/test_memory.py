"""What a profile is said to take is what it takes, beside the arrays, which are counted exactly."""

import tracemalloc

import numpy as np
import pytest

from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.messages.events import Event
from headwater_server.engine.snapshot import state
from headwater_server.engine.visitors.visitors import Visitors

MANY = 20_000


def said_and_taken(make, fill):
    """Return the bytes beside arrays that a part says it takes, and those that Python counts."""
    tracemalloc.start()
    try:
        part = make()
        before = tracemalloc.get_traced_memory()[0] - arrays(part)
        fill(part)
        taken = tracemalloc.get_traced_memory()[0] - arrays(part) - before
    finally:
        tracemalloc.stop()
    return beside_arrays(part) - beside_arrays(make()), taken


def leaves(part):
    return list(state.flatten(part.state(), deferred=True))


def arrays(part):
    rows = part._rows.values() if isinstance(part, Deduplication) else ()
    found = [*rows, *(leaf for _, leaf in leaves(part) if isinstance(leaf, np.ndarray))]
    return sum(array.nbytes for array in found)


def beside_arrays(part):
    return state.memory_bytes(leaves(part)) - arrays(part)


def uuid(number):
    return f"0a1b2c3d-0000-4000-8000-{number:012d}"


@pytest.mark.parametrize("accounts", [False, True], ids=["visitors", "with accounts"])
def test_of_profiles_and_links(accounts):
    def fill(visitors):
        for number in range(MANY):
            name = uuid(number)
            visitors.open(name, name if accounts else "", float(number))

    said, taken = said_and_taken(lambda: Visitors(10 * MANY, 1800.0), fill)
    assert said == pytest.approx(taken, rel=0.1)


def test_of_remembered_ids():
    def fill(seen):
        for number in range(MANY):
            seen.remember(Event(uuid(number), "click", "v", fingerprint=b"0" * 16), "v", 1)

    said, taken = said_and_taken(lambda: Deduplication(10**9, 10 * MANY), fill)
    assert said == pytest.approx(taken, rel=0.1)

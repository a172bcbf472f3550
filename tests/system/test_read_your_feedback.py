"""The promise itself: feedback is in the very next answer, with nothing in between."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater import Client, Event
from headwater_server.cli.demo.server_process import ServerProcess

ITEMS = tuple(f"item {n}" for n in range(12))
ACTS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(ITEMS), st.sampled_from(("view", "purchase"))),
    min_size=1,
    max_size=12,
)

RUNS = itertools.count()  # hypothesis repeats values; visitors must be new


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """Return a client of a real server, in a process of its own."""
    process = ServerProcess(tmp_path_factory.mktemp("shop") / "data")
    with asyncio.Runner() as runner:
        runner.run(process.start())
        with Client(process.address) as connected:
            yield connected
        runner.run(process.stop())


def _own(client, visitor_id):
    """Return the items that the answer says the visitor interacted with before."""
    answer = client.recommend(
        visitor_id, candidate_item_ids=ITEMS, page_size=len(ITEMS), explore=False, explain=True
    )
    return {result.item_id for result in answer.results if "history" in result.sources}


@given(acts=ACTS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_feedback_is_in_the_next_answer(client, acts):
    """After each act, at once, the visitor's list knows it, and nobody else's does."""
    run = next(RUNS)
    items_of: dict[str, set[str]] = {}
    for number, item_id, event_type in acts:
        visitor_id = f"{run} {number}"
        client.feedback([Event(event_type, visitor_id, items=[item_id])])
        items_of.setdefault(visitor_id, set()).add(item_id)
        assert _own(client, visitor_id) == items_of[visitor_id]
    assert _own(client, f"{run} stranger") == set()


def test_the_answer_names_a_state_that_holds_it(client):
    """An offset given back as min_offset is answered, from a state at least as new."""
    learned = client.feedback([Event("click", "ann", items=["item 1"])])
    answer = client.recommend("ann", min_offset=learned.offset)
    assert answer.offset == learned.offset

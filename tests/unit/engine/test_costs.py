"""What one item, pair, visitor and event id take is what docs/operations.md says."""

import re
import tracemalloc
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.counts.exposed import Exposed
from headwater_server.engine.figures.counting import Today
from headwater_server.engine.figures.day import Day
from headwater_server.engine.figures.money import Line
from headwater_server.engine.figures.names import Given
from headwater_server.engine.figures.visits import Visits
from headwater_server.engine.intake.id_buckets import IDS_A_BUCKET
from headwater_server.engine.intake.id_rows import ROW_BYTES
from headwater_server.engine.parts import Parts

DOCS = Path(__file__).parents[3] / "docs" / "operations.md"
ROWS = 16_384
BESIDE = 8_192  # arrays over items may have rows for words, too


def stated(name):
    """Return the figure in the row of the table that begins with ``name``."""
    found = re.search(rf"^\| {name} \| ([\d,]+) \|", DOCS.read_text(), re.MULTILINE)
    assert found, name
    return int(found[1].replace(",", ""))


def arrays(thing, seen):
    """Yield the arrays of an object of ours, each once."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, (list, tuple)):
        yield from chain.from_iterable(arrays(one, seen) for one in thing[:64])
    elif type(thing).__module__.startswith("headwater_server"):
        fields = getattr(thing, "__dict__", {})
        yield from chain.from_iterable(arrays(one, seen) for one in list(fields.values()))


def bytes_a_row(thing):
    """Return what one row of all arrays takes that have `ROWS` rows, and some more at most."""
    own = (array for array in arrays(thing, set()) if array.base is None and array.ndim)
    return sum(a.nbytes / len(a) for a in own if ROWS <= len(a) < ROWS + BESIDE)


def slot_bytes(*slotted):
    return sum(array.nbytes / len(array) for array in slotted)


def reserved() -> Parts:
    """Return the parts of an engine with room for `ROWS` items, whatever they hold."""
    parts = Engine().parts
    reserving = (parts.models, parts.catalogue, parts.catalogue._recency)
    for _ in chain.from_iterable(part.reserving(ROWS) for part in reserving):
        pass
    parts.retriever.evidence.begin(ROWS)
    return parts


def test_an_item_takes_what_is_stated():
    parts = reserved()
    assert bytes_a_row(parts) == stated("item")
    assert parts.models.content._lists._slots.itemsize == stated("token of an item's text")


def test_a_pair_takes_what_is_stated():
    models = Engine().parts.models
    follows, together = models.next_item._pairs, models.companions._pairs
    for pairs, name in (
        (follows, "pair of items, where one follows the other"),
        (together, "pair of items that occur together"),
    ):
        assert slot_bytes(pairs.ids, pairs.values, pairs.last) == stated(name)


def test_a_visitor_takes_what_is_stated():
    visitors = Engine().parts.visitors
    for _ in visitors.reserving(ROWS):
        pass
    histories = visitors.histories
    item = slot_bytes(histories.items, histories.times, histories.counts)
    assert bytes_a_row(visitors) == stated("visitor or account")
    assert item == stated("item of a visitor's history")


def test_an_exposed_visitor_takes_what_is_stated():
    exposed = Exposed()
    for _ in exposed.reserving(ROWS):
        pass
    assert bytes_a_row(exposed) == stated("visitor that was exposed in an experiment")


def test_an_event_id_takes_what_is_stated():
    """A row, its share of the buckets, and less than a byte for the upper part of the time."""
    assert stated("event id") > ROW_BYTES + 4 / IDS_A_BUCKET


def test_a_visitor_of_the_present_day_takes_what_is_stated():
    visits = Visits(most=ROWS)
    for _ in visits.reserving(ROWS):
        pass
    columns = (*visits._columns.values(), visits._first)
    row = sum(column.itemsize for column in columns) + bytes_a_row(visits.rows)
    assert row == stated("visitor of the present day, by placement and policy")


def test_an_item_of_a_day_takes_what_is_stated():
    """As text, with a name of ten letters and figures of a shop: a hundred bytes more or less."""
    day, most = Today(Day(), 1_000), 1_000
    tracemalloc.start()
    for number in range(2 * most):
        given = Given(f"placement-{number % 10}", "plackett_luce", True, f"r{number}")
        item_id = f"sku-{number:06d}"
        day.see("vann", given, [item_id], is_new=True)
        if number % 20 == 0:
            day.order("vann", [(Line(item_id, 1_000_000, 19_990_000, "EUR"), given)])
    for cell in day.day.cells.values():
        cell.slots, cell.clicks = 1_234, 56
    live, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    name = "item, placement and policy of a day in the figures"
    _, text = day.closed()
    assert len(text) / most == pytest.approx(stated(name), rel=0.15)
    assert live / (2 * most) == pytest.approx(stated("the same of the present day"), rel=0.25)

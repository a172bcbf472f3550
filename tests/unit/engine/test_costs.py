"""What one item, pair, visitor and event id take is what docs/operations.md says."""

import re
from itertools import chain
from pathlib import Path

import numpy as np

from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments.counts.exposed import Exposed
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

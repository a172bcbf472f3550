"""Row 14: the golden log and its digest. A change of what is learned must be seen, and meant.

When it is: `python scripts/golden.py`, and commit what it wrote with the change.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Status
from headwater_server.replica.ports.position import START
from headwater_server.storage.codecs.raw import check_chained
from tests.golden.golden import answers, exact_digest, expected, folded, read_log
from tests.golden.maths import fingerprint

REMAKE = "is the change of the state meant? then: python scripts/golden.py"


@pytest.fixture(scope="module")
def engine():
    return folded(read_log())


def test_the_golden_log_is_one_chain_of_everything_that_a_log_may_hold():
    before, kinds = START, set()
    for raw in read_log():
        check_chained(before, raw)
        before = raw.position
        kinds |= {type(operation) for operation in raw.parsed().entry.operations}
    assert kinds == set(Operation.__args__)


def test_each_status_comes_of_it():
    engine, seen = Engine(), Counter()
    for raw in read_log():
        seen.update(outcome.status for outcome in engine.apply(raw.parsed().entry))
    assert min(seen[status] for status in Status) >= 5, seen


def test_the_golden_log_gives_the_recorded_digest(engine, tally):
    recorded, maths = expected(), fingerprint()
    tally(14, recorded["seed"], acknowledged=engine.lookups.counts()["events_learned"])
    assert recorded["state_version"] == engine.STATE_VERSION, REMAKE
    assert engine.lookups.counts() == recorded["counts"], REMAKE
    assert exact_digest(engine) == recorded["exact"], REMAKE
    if maths in recorded["digests"]:
        assert engine.digest() == recorded["digests"][maths], REMAKE


def test_the_answers_are_those_of_any_cpu(engine):
    recorded, found = expected()["answers"], answers(engine)
    assert len({tuple(sorted(scores)) for scores in recorded.values()}) > 5  # some are strangers
    for visitor, scores in recorded.items():
        common = scores.keys() & found[visitor].keys()
        assert len(common) >= 0.8 * len(scores), (visitor, REMAKE)
        differences = [abs(scores[item] - found[visitor][item]) for item in common]
        assert max(differences) < 0.02, (visitor, REMAKE)


def test_the_exact_part_does_not_hang_on_how_a_cpu_rounds(engine):
    log = read_log()
    half = folded(log[: len(log) // 2])
    other = Engine.restore([(path, _off(path, leaf)) for path, leaf in half.capture()])
    for raw in log[len(log) // 2 :]:
        other.apply(raw.parsed().entry)
    assert other.digest() != engine.digest()
    assert exact_digest(other) == exact_digest(engine)


def _off(path, leaf):
    """Return weights that are off by more than any CPU's maths is."""
    is_weights = path.startswith("learned/models") and isinstance(leaf, np.ndarray)
    return leaf * leaf.dtype.type(1.00001) if is_weights and leaf.dtype.kind == "f" else leaf


@pytest.mark.parametrize("left_out", [1, 200])
def test_the_exact_part_misses_an_entry_that_is_left_out(engine, left_out):
    log = read_log()
    assert exact_digest(folded(log[:left_out] + log[left_out + 1 :])) != exact_digest(engine)

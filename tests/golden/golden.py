"""The golden log, what a fold of it must give, and how both are made."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.snapshot import state
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.segment import read_segment, write_segment
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.raw import Raw
from tests.golden.maths import fingerprint
from tests.golden.shop import SEED, golden_entries

HERE = Path(__file__).parent
LOG = HERE / "shop.hwlog"
EXPECTED = HERE / "expected.json"
ASKED = 20
EXACT = (
    # no logarithm, root or exponential comes near these
    "clock_ms", "learned", "catalogue/", "visitors/", "users/", "hiding/", "deduplication/",
    "influence/", "attribution/profile", "attribution/recommendation_id", "attribution/placement",
    "attribution/policy", "attribution/closes_ms", "attribution/slots", "attribution/items",
    "attribution/positions", "attribution/rewards", "models/next_item/count",
    "models/companions/count", "models/activity/_events", "models/content/_words",
    "models/content/_items", "models/content/_tokens", "models/ranker/_steps",
)  # fmt: skip


def make_log() -> None:
    """Write `LOG` again; the records of the old one do not apply to it."""
    entries, before = [], START
    for entry in golden_entries():
        tie = int(before.offset.split("-")[1]) + 1 if _same_time(before, entry.time_ms) else 0
        position = Position(f"{entry.time_ms}-{tie}", before.sequence + 1)
        payload = encode_operations(entry.operations, imported=entry.imported)
        entries.append(Raw(position, before.offset, payload))
        before = position
    with tempfile.TemporaryDirectory(dir=HERE) as directory:
        write_segment(Path(directory), entries).path.replace(LOG)
    EXPECTED.unlink(missing_ok=True)


def _same_time(before: Position, time_ms: int) -> bool:
    return before.offset.startswith(f"{time_ms}-")


def read_log() -> list[Raw]:
    """Return the entries of the golden log, checksums and all."""
    return read_segment(LOG)


def folded(entries: Iterable[Raw]) -> Engine:
    """Return a fresh engine that holds them."""
    engine = Engine()
    for raw in entries:
        engine.apply(raw.parsed().entry)
    return engine


def exact_digest(engine: Engine) -> str:
    """Return the digest of what every CPU must agree on to the last bit."""
    return state.digest(
        (path, leaf) for path, leaf in state.flatten(engine.parts.state()) if path.startswith(EXACT)
    )


def answers(engine: Engine) -> dict[str, dict[str, float]]:
    """Return lists with their scores: nearly the same on every CPU."""
    return {
        visitor: {result.item_id: result.score for result in _asked(engine, visitor)}
        for visitor in (f"shopper-{n}" for n in range(ASKED))
    }


def _asked(engine: Engine, visitor: str) -> Any:
    request = RecommendRequest(visitor, "golden", explore=False)
    return engine.recommend(request, engine.parts.clock_ms).results


def expected() -> dict[str, Any]:
    """Return what was recorded of the golden log."""
    recorded: dict[str, Any] = json.loads(EXPECTED.read_text())
    return recorded


def record() -> dict[str, Any]:
    """Write what this build and this machine make of the golden log, beside what others made."""
    engine = folded(read_log())
    recorded = expected() if EXPECTED.exists() else {}
    exact, others = exact_digest(engine), recorded.get("digests", {})
    # a digest of a machine that was recorded with another exact digest is of another build
    kept = others if recorded.get("exact") == exact else {}
    found = {
        "seed": SEED,
        "state_version": engine.STATE_VERSION,
        "counts": engine.lookups.counts(),
        "exact": exact,
        "digests": kept | {fingerprint(): engine.digest()},
        "answers": answers(engine),
    }
    EXPECTED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return found

"""One item of an event: how it comes to wait for learning, or is learned at once."""

from __future__ import annotations

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import REFUSALS, canonical_type
from headwater_server.engine.parts import Parts, Steps
from headwater_server.engine.visitors.request_context import placement_of
from headwater_server.engine.visitors.visitors import session_key


def interact(
    parts: Parts, event: Event, row: int, item: int, time_ms: int, *, is_positive: bool
) -> Steps:
    """Let an act on ``item`` wait to be learned; when as many wait as may, they are learned.

    What needs texts is done here: circumstances are entered in the order of the acts.
    """
    rows = parts.visitors.rows_of(event.visitor_id, event.user_id)
    account = event.user_id or parts.visitors.account_of(event.visitor_id)
    found, claimed = parts.circumstances(event, placement_of(event), account)
    model, seconds, learning = parts.models.circumstances, time_ms / 1000.0, parts.learning
    asked = named = model.rows(())
    if found or claimed:
        yield from _settling(parts, rows, found + claimed)
        asked = model.rows(found)
        if is_positive and item != parts.visitors.latest(rows, seconds):
            named = model.make_room(found + claimed)
    session = session_key(event.session_id)
    act = *rows, row, session, time_ms, seconds, item, is_positive
    learning.add((*act, parts.learned, parts.clock_ms), asked, named)
    if learning.is_full:
        yield from learning.learning()


def _settling(parts: Parts, rows: tuple[int, int], tokens: tuple[str, ...]) -> Steps:
    """Learn what waits if that decides whether circumstances are entered, or which go for them.

    Looking twice at the same item enters none; so the latest item must be known.
    """
    acts = parts.learning.acts
    if acts.has_any(rows) or (acts and parts.models.circumstances.removes_any(tokens)):
        yield from parts.learning.learning()


def refuse(parts: Parts, event: Event, row: int, item: int, time_ms: int) -> Steps:
    """Learn that the visitor did not like ``item``; what was dismissed is not shown again."""
    yield from parts.learning.learning()
    history = parts.history_before(event, placement_of(event), time_ms)
    parts.visitors.enter(row, time_ms / 1000.0, event.session_id)
    parts.learning.learn_refusal(history, item)
    if canonical_type(event.event_type) in REFUSALS:
        parts.visitors.histories.add(row, item, time_ms / 1000.0, refused=True)

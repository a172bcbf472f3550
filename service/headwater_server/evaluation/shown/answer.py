"""An answer that was shown, and what its slots earned."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater_server.engine.messages.events import Choice, Slate


@dataclass(slots=True)
class Answer:
    """A slate that was reported as seen; ``earned`` is by metric and slot (from 0).

    ``profile`` is the account if the report names one, else the visitor: the cluster of the
    intervals. ``seen`` are the slots that the visitor saw; an act on another slot counts only if
    it came with the token of this slate. With a ``choice`` of the caller's own, the item that was
    shown is the only one seen, and stands first in `item_ids`, wherever the slate has it.
    """

    slate: Slate
    visitor_id: str
    user_id: str
    self_asked: bool
    placement: str
    reported_ms: int
    seen: frozenset[int] = frozenset()
    earned: dict[tuple[str, int], float] = field(default_factory=dict)
    acts: int = 0
    choice: Choice | None = None
    chosen: str = ""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Return the items by slot, as they were shown."""
        items = self.slate.item_ids
        if not self.chosen or items[0] == self.chosen:
            return items
        return (self.chosen, *(item_id for item_id in items if item_id != self.chosen))

    @property
    def place(self) -> tuple[int, int, int]:
        """Return the place on the log of the state that answered."""
        return self.slate.place

    @property
    def profile(self) -> str:
        """Return who saw it: an account is one person on several devices."""
        return f"u:{self.user_id}" if self.user_id else f"v:{self.visitor_id}"

    def slots_of(self, item_id: str, *, with_token: bool) -> list[int]:
        """Return the slots whose item was acted on."""
        return [
            slot
            for slot, shown in enumerate(self.item_ids)
            if shown == item_id and (with_token or slot in self.seen)
        ]

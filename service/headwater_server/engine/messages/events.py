"""Events as the log stores them: plain values, no wire format."""

from __future__ import annotations

import hashlib
from enum import Enum

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.quick_value import quick_value

ContextValue = str | float


@quick_value
class EventItem:
    """One item that an event is about. ``price`` is for one piece, in ``currency_code``."""

    item_id: str
    quantity: float = 1.0
    price: float | None = None
    currency_code: str = ""


@quick_value
class Slate:
    """The list that a recommendation showed, as its attribution token certifies it.

    ``sequence``, ``operations`` and ``windows`` are the place of the answer: it came from the state
    after so many entries, so many operations of the next one, and so many attribution windows that
    the operation after that closes first. ``time_ms`` is the time it was asked for, 0 in tokens of
    earlier releases, which know no place. ``question``: only impressions keep it on
    the log. ``unreplayable``: place or question are not known, so it cannot be asked again.
    """

    recommendation_id: str
    policy: str
    placement: str
    item_ids: tuple[str, ...]
    propensities: tuple[float, ...]
    sequence: int = 0
    operations: int = 0
    time_ms: int = 0
    arms: tuple[Arm, ...] = ()
    question: Question | None = None
    unreplayable: bool = False
    windows: int = 0

    @property
    def place(self) -> tuple[int, int, int]:
        """The place of the state that answered; places sort in the order of the log."""
        return self.sequence, self.operations, self.windows


@quick_value
class Choice:
    """How a caller chose between the policy's answer and its own action (the baseline).

    Chances from 0 to 1, given the slots before: ``propensity`` of what was shown,
    ``policy_propensity`` of the same under the policy, ``random_propensity`` by equal chances,
    ``baseline_propensity`` the policy's of the baseline's item. ``wait_ms``: how long rewards
    count. ``covers_both``: all that policy or baseline may choose had a chance. Weights are those
    of the slots before. Only impressions have one, and no model reads it.
    """

    propensity: float
    policy_propensity: float = 0.0
    random_propensity: float = 0.0
    is_baseline: bool = False
    baseline_propensity: float = 0.0
    slot: str = ""
    mode: str = ""
    wait_ms: int = 0
    covers_both: bool = False
    policy_weight: float = 1.0
    random_weight: float = 1.0
    baseline_weight: float = 1.0


@quick_value
class Event:
    """One act of a visitor.

    ``slate`` is the opened attribution token, so that the log can be folded without the key.
    ``fingerprint`` is 16 bytes over the caller's fields (see `fingerprint`): the same event_id
    with another fingerprint is a CONFLICT. ``event_time_ms`` is data (gaps, sessions, decay);
    it never decides order. ``source`` is a keyed hash of the sender, and is not content; nor is
    ``from_page``: the event came with a publishable key, so anyone may have sent it. Without a
    slate that a backend requested, narrower limits apply (see `influence`). ``self_asked``: the
    slate too was requested with such a key, for a visitor id that the page chose. ``choice``: how a
    caller that has a choice of its own came to what it showed. ``reward``: how good the
    outcome was, -1 to 1, in place of the type's; it weighs what is learned.
    """

    event_id: str
    event_type: str
    visitor_id: str
    user_id: str = ""
    session_id: str = ""
    items: tuple[EventItem, ...] = ()
    value: float | None = None
    event_time_ms: int | None = None
    placement: str = ""
    position: int = 0
    context: tuple[tuple[str, ContextValue], ...] = ()
    slate: Slate | None = None
    fingerprint: bytes = b""
    source: str = ""
    from_page: bool = False
    self_asked: bool = False
    choice: Choice | None = None
    reward: float | None = None

    def sent(self, fingerprint: bytes, source: str, *, from_page: bool) -> Event:
        """Return the event with what is known of its sender; `replace` takes twice as long.

        >>> Event("e1", "click", "v1").sent(b"print", "web", from_page=True).source
        'web'
        """
        return Event(
            self.event_id,
            self.event_type,
            self.visitor_id,
            self.user_id,
            self.session_id,
            self.items,
            self.value,
            self.event_time_ms,
            self.placement,
            self.position,
            self.context,
            self.slate,
            fingerprint,
            source,
            from_page,
            self.self_asked,
            self.choice,
            self.reward,
        )

    @property
    def is_proven(self) -> bool:
        """Return whether a backend confirms it, not only a page."""
        return not self.from_page or (self.slate is not None and not self.self_asked)

    @property
    def names_placement(self) -> bool:
        """Return whether a backend named the placement, by this event or by its slate's request."""
        if not self.from_page:
            return True
        if self.slate is None or self.self_asked:
            return False
        return self.placement in ("", self.slate.placement)


class Status(Enum):
    """The result of one event."""

    CREATED = "created"
    EXISTS = "exists"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"


@quick_value
class Outcome:
    """The result of one operation of an entry; ``detail``: why it was not learned."""

    status: Status
    detail: str = ""


CREATED = Outcome(Status.CREATED)


def fingerprint(event: Event, attribution_token: str = "") -> bytes:
    """Return 16 bytes that two events share only if the caller sent the same fields.

    >>> first = Event("e1", "click", "v1", items=(EventItem("a"),))
    >>> fingerprint(first) == fingerprint(Event("e1", "click", "v1", items=(EventItem("a"),)))
    True
    >>> fingerprint(first) == fingerprint(Event("e1", "click", "v1", items=(EventItem("b"),)))
    False
    """
    # repr of str, int, float, None and tuples of them is one-to-one, and floats repr
    # shortest-exact; this is the repr of a tuple of all fields, in two thirds of its time
    fields = (
        f"({event.event_id!r}, {event.event_type!r}, {event.visitor_id!r}, {event.user_id!r}, "
        f"{event.session_id!r}, {_items_text(event.items)}, {event.value!r}, "
        f"{event.event_time_ms!r}, {_rest_text(event, attribution_token)})"
    )
    if event.reward is not None:  # without one it is what earlier builds made
        fields += repr(event.reward)
    return hashlib.blake2b(fields.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _rest_text(event: Event, attribution_token: str) -> str:
    """Return the text of what most events have not: placement, position, context, token, choice."""
    if not (event.placement or event.position or event.context or attribution_token):
        return f"'', 0, (), ''{_choice_text(event.choice)}"
    context = tuple(sorted(event.context, key=lambda pair: pair[0])) if event.context else ()
    return (
        f"{event.placement!r}, {event.position!r}, {context!r}, "
        f"{attribution_token!r}{_choice_text(event.choice)}"
    )


def _choice_text(choice: Choice | None) -> str:
    """Return nothing without one: then the text is that of earlier releases."""
    return "" if choice is None else f", {choice!r}"


def _items_text(items: tuple[EventItem, ...]) -> str:
    texts = [_item_text(item) for item in items]
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _item_text(item: EventItem) -> str:
    if item.quantity == 1.0 and item.price is None and not item.currency_code:  # nearly all
        return f"({item.item_id!r}, 1.0, None, '')"
    return f"({item.item_id!r}, {float(item.quantity)!r}, {item.price!r}, {item.currency_code!r})"

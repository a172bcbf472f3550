"""What must have been learned, as anybody would write it down: dictionaries and sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from headwater import Event, EventStatus

Profile = tuple[str, str]


def acting(event: Event) -> Profile:
    """Return whose history the event belongs to: the account's, else the visitor's own."""
    return ("user", event.user_id) if event.user_id else ("visitor", event.visitor_id)


@dataclass
class LearnedModel:
    """``learned``: the events that count, by id; ``count``: how many were learned.

    ``erased``: those whose person was erased; they are not learned again.
    """

    learned: dict[str, Event] = field(default_factory=dict)
    erased: dict[str, Event] = field(default_factory=dict)
    count: int = 0
    links: dict[str, str] = field(default_factory=dict)
    features: dict[str, dict[str, str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def learn(self, event: Event) -> EventStatus:
        """Learn it once; say what the server must answer."""
        known = self.learned.get(event.event_id) or self.erased.get(event.event_id)
        if known is not None:
            return EventStatus.EXISTS if known == event else EventStatus.CONFLICT
        self.learned[event.event_id] = event
        self.count += 1
        if event.event_type == "logout":
            self.log_out(event.visitor_id, event.user_id)
        elif event.user_id:
            self.links[event.visitor_id] = event.user_id
        return EventStatus.CREATED

    def linked(self, user: str) -> list[str]:
        return sorted(visitor for visitor, account in self.links.items() if account == user)

    def erase_user(self, user: str) -> None:
        """Forget the account, and what its visitors did anonymously."""
        visitors = self.linked(user)
        self._forget([("user", user), *(("visitor", visitor) for visitor in visitors)])
        self.features.pop(user, None)
        for visitor in visitors:
            del self.links[visitor]

    def erase_visitor(self, visitor: str) -> None:
        """Forget what the visitor did anonymously, and whose it was."""
        self._forget([("visitor", visitor)])
        self.links.pop(visitor, None)

    def _forget(self, profiles: Iterable[Profile]) -> None:
        gone = set(profiles)
        self.erased |= {i: event for i, event in self.learned.items() if acting(event) in gone}
        self.learned = {i: event for i, event in self.learned.items() if acting(event) not in gone}

    def log_out(self, visitor: str, user: str = "") -> None:
        """End the visitor's link, if it is to ``user`` (empty: to any)."""
        if user in {"", self.links.get(visitor)}:
            self.links.pop(visitor, None)

    def history(self, visitor: str, user: str) -> set[str]:
        """Return the items of a visitor together with the account, or of the account alone."""
        account = user or self.links.get(visitor, "")
        profiles = {("visitor", visitor), ("user", account)}
        events = (event for event in self.learned.values() if acting(event) in profiles)
        return {str(item) for event in events for item in event.items}

"""The shop as anybody would write it down: dictionaries, sets and no cleverness."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from headwater_server.engine.catalogue.catalogue import ITEM_FIELDS
from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite

DAY_MS = 86_400_000
HIDE_DAYS = {"purchase-complete": 1.0, "view": 0.01}
CANONICAL = {"purchase": "purchase-complete"}


@dataclass
class Filter:
    """A filter's text, and what it means in Python."""

    text: str
    passes: object

    def __repr__(self):
        return self.text


def _of(items, name):
    """Return all values of a field of an item, [] for an item that nothing is said of."""
    if items is None:
        return []
    features = [value for key, value in items.features if key == name]
    own = {
        "categories": list(items.categories),
        "tags": list(items.tags),
        "price": [] if items.price is None else [items.price],
        "available": ["true" if items.available else "false"],
    }
    return own.get(name, []) + features


def any_of(name, texts):
    quoted = ", ".join(f'"{text}"' for text in texts)
    return Filter(f"{name}: ANY({quoted})", lambda item: bool(set(_of(item, name)) & set(texts)))


def below(name, number):
    def passes(item):
        return any(not isinstance(v, str) and v < number for v in _of(item, name))

    return Filter(f"{name} < {number}", passes)


def is_available(wanted):
    text = "available = true" if wanted else "available != true"
    return Filter(text, lambda item: item is not None and item.available is wanted)


def no(one):
    return Filter(f"NOT ({one.text})", lambda item: not one.passes(item))


def both(one, two):
    return Filter(f"({one.text}) AND {two.text}", lambda i: one.passes(i) and two.passes(i))


def either(one, two):
    return Filter(f"({one.text} OR {two.text})", lambda i: one.passes(i) or two.passes(i))


@dataclass
class ShopModel:
    """What the shop said and what visitors did, and which lists may hold what."""

    seen_ids: set = field(default_factory=set)
    items: dict = field(default_factory=dict)
    deleted: set = field(default_factory=set)
    times: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    linked_ms: dict = field(default_factory=dict)
    hidden: dict = field(default_factory=dict)
    chosen: dict = field(default_factory=dict)

    def write(self, write: ItemWrite, clock_ms: int) -> bool:
        """Put the fields that are newer; say whether any was."""
        name, set_ms = write.item.item_id, write.set_time_ms
        set_ms = self._newest(name, clock_ms) if set_ms is None else set_ms
        times = self.times.setdefault(name, {})
        newer = [f for f in write.fields or ITEM_FIELDS if set_ms >= times.get(f, set_ms)]
        self.seen_ids.add(name)
        if newer:
            item = self.items.get(name, Item(name))
            values = {f: getattr(write.item, f) for f in newer}
            self.items[name] = replace(item, **values)
            self.deleted.discard(name)
            times.update(dict.fromkeys(newer, set_ms))
        return bool(newer)

    def _newest(self, name: str, clock_ms: int) -> int:
        """A write that states no time is the newest, also after one from a clock ahead."""
        return max([clock_ms, *self.times.get(name, {}).values()])

    def delete(self, delete: ItemDelete, clock_ms: int) -> bool:
        """Take it out, unless something newer was said."""
        name, set_ms = delete.item_id, delete.set_time_ms
        set_ms = self._newest(name, clock_ms) if set_ms is None else set_ms
        self.seen_ids.add(name)
        if any(set_ms < time for time in self.times.get(name, {}).values()):
            return False
        self.items.pop(name, None)
        self.deleted.add(name)
        self.times[name] = dict.fromkeys(ITEM_FIELDS, set_ms)
        return True

    def act(self, kind: str, visitor: str, user: str, item_id: str, time_ms: int) -> None:
        """Record interactions, links to accounts, and what the rules hide from its time on."""
        self.seen_ids.add(item_id)
        if user:
            self._link(visitor, user, time_ms)
        profile = ("u", user) if user else ("v", visitor)
        self.chosen.setdefault(profile, set()).add(item_id)
        days = HIDE_DAYS.get(kind, HIDE_DAYS.get(CANONICAL.get(kind, "")))
        if days is not None:
            until_ms = time_ms + round(DAY_MS * days)
            held = self.hidden.setdefault(profile, {})
            held[item_id] = max(until_ms, held.get(item_id, 0))

    def log_out(self, visitor: str, user: str, time_ms: int) -> None:
        """End the visitor's link, if it is to ``user`` (empty: to any)."""
        linked = self.links.get(visitor, "")
        is_known = ("v", visitor) in self.chosen or visitor in self.links
        if is_known and not (user and linked and linked != user):
            self._link(visitor, "", time_ms)

    def _link(self, visitor: str, user: str, time_ms: int) -> None:
        if time_ms >= self.linked_ms.get(visitor, time_ms):
            self.links[visitor], self.linked_ms[visitor] = user, time_ms

    def profiles(self, visitor: str, user: str) -> list:
        """Return whose acts count for who asks: the latest link, and never further."""
        account = user or self.links.get(visitor, "")
        return [("v", visitor), ("u", account)]

    def own(self, visitor: str, user: str) -> set:
        return set().union(*(self.chosen.get(p, set()) for p in self.profiles(visitor, user)))

    def hidden_from(self, visitor: str, user: str, now_ms: int) -> set:
        held = [self.hidden.get(profile, {}) for profile in self.profiles(visitor, user)]
        return {item for items in held for item, until_ms in items.items() if now_ms < until_ms}

    def may_be_shown(self, item_id: str, now_ms: int, wanted: Filter | None = None) -> bool:
        """Say whether any list may hold the item now."""
        if item_id in self.deleted:
            return False
        item = self.items.get(item_id)
        if wanted is not None and not wanted.passes(item):
            return False
        if item is None:
            return True
        expires_ms = item.expire_time_ms or float("inf")
        return item.available and item.publish_time_ms <= now_ms < expires_ms

    def shown(self, now_ms: int, wanted: Filter | None = None) -> set:
        return {item_id for item_id in self.seen_ids if self.may_be_shown(item_id, now_ms, wanted)}

    def listed(self, after: str, wanted: Filter | None = None) -> list:
        """Return the whole catalogue behind an id: also what may not be shown."""
        return [
            self.items[name]
            for name in sorted(self.items)
            if name > after and (wanted is None or wanted.passes(self.items[name]))
        ]

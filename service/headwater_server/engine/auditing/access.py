"""Who may call, as far as the log says it: the API keys of the servers, and ended sessions.

It is kept beside what was learned, so it is in snapshots but not in the digest. No key is in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SESSIONS_MAX = 100_000
"""Ended sessions that are kept; beyond them those go that would have ended first."""


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """What happened to a key: ``action``, its name, and what it may do as JSON, "" for nothing."""

    action: str
    subject: str
    old: str = ""
    new: str = ""


class AccessState:
    """The keys as `api.access.key_texts` describes them, and the sessions that were ended.

    >>> state = AccessState()
    >>> state.end("s1", until_ms=500, now_ms=100)
    >>> state.has_ended("s1"), state.has_ended("s2")
    (True, False)
    """

    def __init__(self) -> None:
        self.keys: tuple[str, ...] = ()
        self._ended: dict[str, int] = {}

    def has_ended(self, session_id: str) -> bool:
        """Whether a session was ended."""
        return session_id in self._ended

    def end(self, session_id: str, until_ms: int, now_ms: int) -> None:
        """Note that a session was ended; forget those that are over anyway."""
        self._ended = {name: until for name, until in self._ended.items() if until > now_ms}
        self._ended[session_id] = max(until_ms, self._ended.get(session_id, 0))
        if len(self._ended) > SESSIONS_MAX:
            del self._ended[min(self._ended, key=lambda name: (self._ended[name], name))]

    def put_keys(self, keys: Sequence[str]) -> list[KeyDifference]:
        """Note which keys there are now; return what is different from before."""
        before, self.keys = self.keys, tuple(keys)
        return list(differences(before, self.keys))

    def state(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        ended = sorted(self._ended.items())
        return {
            "keys": list(self.keys),
            "sessions": [name for name, _ in ended],
            "until_ms": [until for _, until in ended],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.keys = tuple(state["keys"])
        self._ended = dict(zip(state["sessions"], state["until_ms"], strict=True))


def differences(before: Sequence[str], after: Sequence[str]) -> Iterator[KeyDifference]:
    """Yield what differs between two lists of keys: the same key first, then the same name.

    >>> old = '{"kind":"backend","mark":"1f3a","name":"shop","scopes":["read"]}'
    >>> new = '{"kind":"backend","mark":"1f3a","name":"shop","scopes":["feedback","read"]}'
    >>> list(differences([old], [new]))[0].action, list(differences([], [new]))[0].subject
    ('changed', 'key shop of a backend')
    """
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    old, new = list(gone.elements()), list(come.elements())
    for action, same in (("changed", "mark"), ("replaced", "name")):
        for one in list(old):
            value = json.loads(one)
            other = next((text for text in new if _is_same(value, json.loads(text), same)), None)
            if other is not None:
                old.remove(one)
                new.remove(other)
                yield KeyDifference(action, _named(json.loads(other)), _may(one), _may(other))
    yield from (KeyDifference("removed", _named(json.loads(one)), old=_may(one)) for one in old)
    yield from (KeyDifference("added", _named(json.loads(one)), new=_may(one)) for one in new)


def _is_same(one: dict[str, Any], other: dict[str, Any], by: str) -> bool:
    return bool(one[by]) and (one[by], one["kind"]) == (other[by], other["kind"])


def _named(key: dict[str, Any]) -> str:
    whose = "a page" if key["kind"] == "page" else "a backend"
    return f"key {key['name'] or 'without a name'} of {whose}"


def _may(text: str) -> str:
    """Return what a key may do; its mark says only that it is another one."""
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "name"})

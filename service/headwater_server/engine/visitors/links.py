"""The link from a visitor to an account: how it begins, and how it ends."""

from __future__ import annotations

import math
from typing import Any

from headwater_server.engine.snapshot.state import ScalarList


class Links:
    """The account of each visitor: that of the latest event by its own time, "" after a logout.

    An event or a logout that arrives late changes nothing that happened after it. A shared device
    is linked to one account at a time, so links never join two people.

    >>> links = Links()
    >>> links.link("vkiosk", "uann", 10.0)
    >>> links.account("vkiosk"), links.visitors("uann")
    ('uann', ['vkiosk'])
    >>> links.end("vkiosk", 20.0)
    >>> links.link("vkiosk", "uann", 15.0)  # late: she has left since
    >>> links.account("vkiosk"), links.visitors("uann")
    ('', [])
    """

    def __init__(self) -> None:
        self._accounts: dict[str, str] = {}
        self._since_s: dict[str, float] = {}  # also of a link that has ended
        self._visitors: dict[str, dict[str, None]] = {}

    def __bool__(self) -> bool:
        """Whether anybody is, or was, linked."""
        return bool(self._accounts)

    def account(self, visitor: str) -> str:
        """Return the account that a visitor is linked to, "" if to none."""
        return self._accounts.get(visitor, "")

    def visitors(self, account: str) -> list[str]:
        """Return the visitors that are linked to an account."""
        return sorted(self._visitors.get(account, ()))

    def known(self) -> list[str]:
        """Return the visitors that are, or were, linked."""
        return list(self._since_s)

    def link(self, visitor: str, account: str, seconds: float) -> None:
        """Link a visitor, unless something later is known."""
        if seconds >= self._since_s.get(visitor, -math.inf):
            self._set(visitor, account, seconds)

    def end(self, visitor: str, seconds: float, account: str = "") -> None:
        """End the visitor's link, if it is to ``account`` (empty: to any) and not a later one."""
        linked = self.account(visitor)
        if account and linked and linked != account:
            return
        if seconds >= self._since_s.get(visitor, -math.inf):
            self._set(visitor, "", seconds)

    def _set(self, visitor: str, account: str, seconds: float) -> None:
        self._since_s[visitor] = seconds
        if account == self._accounts.get(visitor):
            return
        self._leave(visitor)
        self._accounts[visitor] = account
        if account:
            self._visitors.setdefault(account, {})[visitor] = None

    def _leave(self, visitor: str) -> None:
        account = self._accounts.pop(visitor, "")
        visitors = self._visitors.get(account, {})
        visitors.pop(visitor, None)
        if account and not visitors:
            del self._visitors[account]

    def forget(self, profile: str) -> None:
        """Forget a visitor's link; of an account, every visitor's link to it."""
        for visitor in [profile, *self._visitors.get(profile, ())]:
            self._leave(visitor)
            self._since_s.pop(visitor, None)

    def state(self) -> dict[str, Any]:
        """Return visitors, their accounts, and since when."""
        return {
            "visitors": ScalarList(self._accounts),
            "accounts": ScalarList(self._accounts.values()),
            "since_s": ScalarList(map(self._since_s.__getitem__, self._accounts)),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._accounts, self._since_s, self._visitors = {}, {}, {}
        rows = zip(state["visitors"], state["accounts"], state["since_s"], strict=True)
        for visitor, account, seconds in rows:
            self._set(visitor, account, seconds)

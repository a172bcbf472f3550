"""Figures of one day's lists, of one placement and policy or of several together."""

from __future__ import annotations

from typing import Any

from headwater_server.engine.figures.money import add_money, plain_sums

Key = tuple[str | None, str | None]
"""Placement and policy; None: all."""
COUNTS = (
    "lists", "slots", "clicks", "orders", "units",
    "visitors", "buyers", "slots_squared", "clicks_squared", "slots_clicks",
)  # fmt: skip


def levels_of(placement: str, policy: str) -> tuple[Key, Key, Key, Key]:
    """Return the keys under which a list counts, the narrowest first."""
    return (placement, policy), (placement, None), (None, policy), (None, None)


class Level:
    """Counts, and sums over the day's visitors; ``units`` are millionths of a piece.

    ``money`` is the revenue by currency in millionths; ``money_squared`` the sum, over visitors, of
    the square of what each spent. All are whole numbers, so that every order of adding is exact.
    """

    __slots__ = (*COUNTS, "money", "money_squared")

    lists: int
    slots: int
    clicks: int
    orders: int
    units: int
    visitors: int
    buyers: int
    slots_squared: int
    clicks_squared: int
    slots_clicks: int

    def __init__(self) -> None:
        for name in COUNTS:
            setattr(self, name, 0)
        self.money: dict[str, int] = {}
        self.money_squared: dict[str, int] = {}

    def move(self, before: tuple[int, int, int], after: tuple[int, int, int]) -> None:
        """Let a visitor go from some (slots, clicks, orders) of this day to others."""
        old_slots, old_clicks, old_orders = before
        slots, clicks, orders = after
        self.visitors += not any(before)
        self.buyers += old_orders == 0 < orders
        self.slots_squared += slots * slots - old_slots * old_slots
        self.clicks_squared += clicks * clicks - old_clicks * old_clicks
        self.slots_clicks += slots * clicks - old_slots * old_clicks

    def spend(self, code: str, before: int, micros: int) -> None:
        """Add to the revenue, of a visitor who has spent ``before`` on this day."""
        add_money(self.money, code, micros)
        add_money(self.money_squared, code, (before + micros) ** 2 - before**2)

    def add(self, other: Level) -> None:
        """Add the figures of another day, whose visitors count as others."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.money, other.money), (self.money_squared, other.money_squared)):
            for code, amount in theirs.items():
                add_money(mine, code, amount)

    def plain(self) -> list[Any]:
        """Return it as values of JSON."""
        counts = [getattr(self, name) for name in COUNTS]
        return [*counts, plain_sums(self.money), plain_sums(self.money_squared)]

    @classmethod
    def of(cls, plain: list[Any]) -> Level:
        """Return the level of which this is `plain`."""
        level = cls()
        for name, value in zip(COUNTS, plain, strict=False):
            setattr(level, name, value)
        level.money, level.money_squared = plain[-2], plain[-1]
        return level

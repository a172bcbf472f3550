"""A run of acts that the kernel has begun, and that further acts may go on with."""

from __future__ import annotations

from headwater_server.engine.learning.counting import Reached
from headwater_server.engine.ranking.arrays import Present
from headwater_server.models.held import Held


class Begun:
    """What the kernel takes from the act ``first`` on, and how far it has come.

    While it goes on, the arrays are ahead of the numbers beside them: these move at its end.
    """

    def __init__(self, first: int, given: tuple[Held, Present]) -> None:
        """Begin with what `Holding.begin` returned."""
        _, present = given
        self.first = first
        self.given = given
        self.reached = Reached(0, 0, *present.times, present.mass, present.repeat_rate)

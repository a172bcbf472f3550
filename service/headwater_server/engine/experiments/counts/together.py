"""Plain acts that were noted together, as experiments count them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.acts import act_of
from headwater_server.engine.experiments.counts.waiting import Waiting
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE


class TogetherActs(NamedTuple):
    """Acts of visitors without an account, and of each the key of its visitor.

    ``given`` has of each the words of its visitor, its reward, and whether it is a purchase.
    """

    events: Sequence[Event]
    profiles: Sequence[str]
    given: NDArray[Any]
    times_ms: NDArray[np.int64]


def let_wait(acts: TogetherActs, with_room: Callable[[], Waiting]) -> None:
    """Let them wait to be counted, as one by one, each time in what ``with_room`` returns."""
    given = acts.given
    counted = np.flatnonzero((given["reward"] != 0.0) | (given["purchases"] > 0.0))
    while len(counted):
        waiting = with_room()
        those, counted = np.split(counted, [waiting.room])
        keys = np.stack((given["high"][those], given["low"][those]), axis=1)
        profiles = [(acts.profiles[place], "") for place in those.tolist()]
        waiting.add_all(profiles, keys, _counts(acts, those), acts.times_ms[those])


def _counts(acts: TogetherActs, those: NDArray[np.intp]) -> list[Any]:
    sold, rewards = acts.given["purchases"][those].tolist(), acts.given["reward"][those].tolist()
    names = [PURCHASE if is_sold else "" for is_sold in sold]
    kept = zip(those.tolist(), names, rewards, strict=True)
    return [act_of(acts.events[place], name, reward) for place, name, reward in kept]

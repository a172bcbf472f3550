"""Acts that wait to be counted, as the kernel takes them: many acts for one call of it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.acts import Act
from headwater_server.engine.visitors.profile_rows import hashed

WAITING_MAX = 500
"""Acts that are counted in one step at most: about 0.1 ms for an experiment."""
_ACT = struct.Struct("@4Q5dq")
_BYTES, _WORDS, _pack = _ACT.size, _ACT.size // 8, _ACT.pack_into
_FULL = WAITING_MAX * _BYTES
_NOBODY = (0, 0)
_NO_CODE = ""
Keys = NDArray[np.uint64]
Times = NDArray[np.int64]


class WaitingColumns(NamedTuple):
    """The acts by column.

    ``keys`` uint64[n, 4]: two words of the visitor, two of the account, zeros for none;
    ``amounts`` float64[n, 5]: those of `Act`, the currency as a number; ``times_ms`` int64[n].
    """

    keys: NDArray[np.uint64]
    amounts: NDArray[np.float64]
    times_ms: NDArray[np.int64]


class Waiting:
    """Acts of profiles, in order, at most `WAITING_MAX`.

    >>> waiting = Waiting()
    >>> waiting.add(("vann", ""), Act(1.0, 0.3), now_ms=5)
    >>> waiting.add(("vann", ""), Act(1.0, 1.0, 1.0, 9.5, "EUR"), now_ms=6)
    >>> waiting.columns().amounts.tolist()
    [[1.0, 0.3, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 9.5, 1.0]]
    >>> waiting.number("EUR"), waiting.code(1), waiting.number(""), waiting.may_join
    (1, 'EUR', 0, False)
    """

    def __init__(self) -> None:
        self.profiles: list[tuple[str, str]] = []
        self.may_join = False  # an account may come to lead to a visitor's row
        self.is_full = False  # they must be counted before another one comes
        self._end = 0  # of those in the buffer
        self._codes = [_NO_CODE]
        self._buffer = bytearray(_FULL)

    def __len__(self) -> int:
        return len(self.profiles)

    def add(self, profiles: tuple[str, str], act: Act, now_ms: int) -> None:
        """Let an act wait; the keys are as `Visitors.profiles_of` gives them."""
        visitor, account = profiles
        acts, reward, purchases, revenue, code = act
        first, second = hashed(visitor)
        third, fourth = _NOBODY
        if account:
            (third, fourth), self.may_join = hashed(account), True
        number = self.number(code) if code else 0.0
        end = self._end
        _pack(
            self._buffer, end, first, second, third, fourth,
            acts, reward, purchases, revenue, number, now_ms,
        )  # fmt: skip
        self.profiles.append(profiles)
        self._end = end = end + _BYTES
        self.is_full = end == _FULL

    @property
    def room(self) -> int:
        """How many more acts may wait."""
        return WAITING_MAX - len(self.profiles)

    def add_all(
        self, profiles: Sequence[tuple[str, str]], keys: Keys, acts: Sequence[Act], times_ms: Times
    ) -> None:
        """Let acts of visitors without an account wait, at most `room`; ``keys`` uint64[n, 2]."""
        codes = [self.number(act.currency_code) for act in acts]
        start, self._end = self._end, self._end + _BYTES * len(acts)
        rows = np.frombuffer(self._buffer, np.uint64, _WORDS * len(acts), start).reshape(-1, _WORDS)
        rows[:, :2], rows[:, 2:4], rows.view(np.int64)[:, 9] = keys, 0, times_ms
        rows.view(np.float64)[:, 4:8] = [act[:4] for act in acts]
        rows.view(np.float64)[:, 8] = codes
        self.profiles.extend(profiles)
        self.is_full = self._end == _FULL

    def number(self, code: str) -> int:
        """Return the number of a currency among those that wait; 0 is none."""
        if code not in self._codes:
            self._codes.append(code)
        return self._codes.index(code)

    def code(self, number: int) -> str:
        """Return the currency of a number."""
        return self._codes[number]

    def columns(self) -> WaitingColumns:
        """Return all that wait, as views of one memory."""
        words = np.frombuffer(self._buffer, np.uint64, _WORDS * len(self.profiles))
        rows = words.reshape(-1, _WORDS)
        return WaitingColumns(rows[:, :4], rows.view(np.float64)[:, 4:9], rows.view(np.int64)[:, 9])

    def clear(self) -> None:
        """Begin again."""
        self.profiles.clear()
        self.may_join = self.is_full = False
        self._end = 0
        del self._codes[1:]

"""Which settings entries changed, by whom and when: for people who ask why lists look different.

It is kept beside what was learned, so it is in snapshots but not in the digest: the same events
give the same digest on any server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass
from typing import Any

from headwater_server.engine.settings import EngineSettings

CHANGES_MAX = 100
TEXT_CHARS_MAX = 2_000  # of one value: a long list of rules is cut


@dataclass(frozen=True, slots=True)
class ChangedSetting:
    """One setting that an entry changed. ``who`` is "" in entries of older builds."""

    time_ms: int
    who: str
    name: str
    old: str
    new: str


def changed_settings(old: EngineSettings, new: EngineSettings) -> Iterator[tuple[str, str, str]]:
    """Yield name, old and new value of each setting that differs, as JSON.

    >>> list(changed_settings(EngineSettings(seed=1), EngineSettings(seed=7)))
    [('seed', '1', '7')]
    """
    before = setting_texts(old)
    for name, text in setting_texts(new).items():
        if text != before[name]:
            yield name, shortened(before[name]), shortened(text)


def setting_texts(settings: EngineSettings) -> dict[str, str]:
    """Return each setting's value as JSON.

    >>> setting_texts(EngineSettings())["exploration_epsilon"]
    '0.02'
    """
    return {
        name: json.dumps(value, sort_keys=True, ensure_ascii=False)
        for name, value in asdict(settings).items()
    }


def shortened(text: str) -> str:
    """Return the text, cut if it is too long to keep.

    >>> shortened("x" * 3_000)[-2:]
    'x…'
    """
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[: TEXT_CHARS_MAX - 1]}…"


class SettingsHistory:
    """The last changes, oldest first."""

    def __init__(self) -> None:
        self.changes: list[ChangedSetting] = []
        self.refused = ""  # why this process refused the latest change on the log

    def note(self, old: EngineSettings, new: EngineSettings, who: str, time_ms: int) -> None:
        """Keep what differs."""
        self.changes += [
            ChangedSetting(time_ms, shortened(who), *values)
            for values in changed_settings(old, new)
        ]
        del self.changes[:-CHANGES_MAX]

    @property
    def state(self) -> list[list[Any]]:
        """Return the changes as plain values."""
        return [list(astuple(change)) for change in self.changes]

    def load(self, state: list[list[Any]]) -> None:
        """Replace the changes by what `state` returned."""
        self.changes = [ChangedSetting(*values) for values in state]

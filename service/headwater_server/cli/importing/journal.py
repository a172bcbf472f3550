"""How much of a file a server has taken, kept by who sends it: a server forgets the ids of events.

It is a file of a few numbers and hashes in XDG_STATE_HOME (~/.local/state), one for each server and
first event. No event is in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sent:
    """The first ``events`` were acknowledged; ``chain`` is over their ids.

    ``learned``: how many events the server had learned by then, 0 if the key may not ask.
    """

    events: int
    chain: str
    learned: int = 0


class Chain:
    """A hash over the ids of events so far.

    >>> one, other = Chain(), Chain()
    >>> one.add("a"), other.add("a"), one.text == other.text
    (None, None, True)
    """

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, event_id: str) -> None:
        """Add the next id."""
        self._hash.update(event_id.encode("utf-8", "surrogatepass") + b"\n")

    @property
    def text(self) -> str:
        """The hash so far."""
        return self._hash.copy().hexdigest()


class Journal:
    """What was sent of one past to one server. Where it cannot be kept, nothing is known."""

    def __init__(self, target: str, first_event_id: str, folder: Path | None = None) -> None:
        named = hashlib.blake2b(f"{target}\n{first_event_id}".encode(), digest_size=12).hexdigest()
        self.path = (folder or state_folder()) / f"{named}.json"

    def read(self) -> Sent | None:
        """Return what was noted last, None if nothing was or it cannot be read."""
        try:
            return Sent(**json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, sent: Sent) -> None:
        """Replace what was noted. A kill leaves the old note or the new one."""
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(sent), file)
            Path(name).replace(self.path)


def state_folder() -> Path:
    """Return where notes of imports are kept."""
    home = os.environ.get("XDG_STATE_HOME") or Path("~/.local/state").expanduser()
    return Path(home, "headwater", "imports")

"""RPCs that the API promises and a later release brings: each says what to do until then."""

from __future__ import annotations

from typing import Final, NoReturn

from headwater_server.errors import NotYet

UNTIL_THEN: Final = {
    "StreamFeedback": "Feedback takes 1,000 events a call",
    "EraseUser": "stop the server and start on an empty --data-dir to forget everybody",
}


def not_yet(method: str) -> NoReturn:
    """Raise the error that the caller of ``method`` gets."""
    raise NotYet(f"{method} arrives with a later release; until then: {UNTIL_THEN[method]}")

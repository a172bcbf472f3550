"""The statuses and texts of Envoy's own refusals, in the terms of the API: the one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grpc import StatusCode


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status of Envoy's, and its gRPC status. ``text`` replaces Envoy's own."""

    http: int
    grpc: StatusCode
    text: str = ""

    @property
    def code(self) -> int:
        """Return the number of the gRPC status."""
        return int(self.grpc.value[0])


BUSY = "too many calls a second from this address, with this key, or in all; try again in a second"
LARGE = (
    "the body is larger than gateway_body_bytes_max or, with a page's key, than "
    "gateway_page_body_bytes_max: send fewer events or writes in one call"
)
HEADERS = "the path and the headers have more than 8 kB: send less, or use gRPC for a long filter"
FOREIGN = "pages of this Origin may not call: name it in gateway_origins"
AWAY = "no server answers; nothing is acknowledged, try again"

STATUSES: Final = (
    Answer(400, StatusCode.INVALID_ARGUMENT),
    Answer(401, StatusCode.UNAUTHENTICATED),
    Answer(403, StatusCode.PERMISSION_DENIED, FOREIGN),
    Answer(404, StatusCode.NOT_FOUND),
    Answer(405, StatusCode.UNIMPLEMENTED),
    Answer(408, StatusCode.DEADLINE_EXCEEDED),
    Answer(411, StatusCode.INVALID_ARGUMENT),
    Answer(413, StatusCode.INVALID_ARGUMENT, LARGE),
    Answer(415, StatusCode.INVALID_ARGUMENT),
    Answer(429, StatusCode.RESOURCE_EXHAUSTED, BUSY),
    Answer(431, StatusCode.RESOURCE_EXHAUSTED, HEADERS),
    Answer(502, StatusCode.UNAVAILABLE, AWAY),
    Answer(503, StatusCode.UNAVAILABLE, AWAY),
    Answer(504, StatusCode.DEADLINE_EXCEEDED, "the deadline passed"),
)

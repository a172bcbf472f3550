"""A call whose message is too large: gRPC calls it an overload, but no later try helps."""

from __future__ import annotations

import re

# of the server's gRPC, and of a gateway; the numbers are missing in some of their texts
_TOO_LARGE = re.compile(
    r"(?P<way>received|sent|send) message larger than max"
    r"(?: \((?P<size>\d+) vs\. (?P<limit>\d+)\))?"
    r"|larger than gateway_body_bytes_max",
    re.IGNORECASE,
)


def too_large(text: str) -> str:
    """Return the text for the caller if ``text`` says that a message was too large, else "".

    >>> too_large("SERVER: Received message larger than max (5000061 vs. 4194304)")
    'the request has 5,000,061 bytes, the limit is 4,194,304: send less in one call'
    >>> too_large("SERVER: Sent message larger than max (5000061 vs. 4194304)")
    'the answer has 5,000,061 bytes, the limit is 4,194,304: ask for less in one call'
    >>> too_large("the body is larger than gateway_body_bytes_max")
    'the body is larger than gateway_body_bytes_max: send less in one call'
    >>> too_large("too many calls a second")
    ''
    """
    found = _TOO_LARGE.search(text)
    if not found:
        return ""
    is_answer = (found["way"] or "").lower() == "sent"
    what = "ask for" if is_answer else "send"
    if not found["size"]:
        return f"{text}: {what} less in one call"
    size, limit = int(found["size"]), int(found["limit"])
    message = "answer" if is_answer else "request"
    return f"the {message} has {size:,} bytes, the limit is {limit:,}: {what} less in one call"

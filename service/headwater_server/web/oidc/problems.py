"""Why a sign-in failed: a code that the page has a sentence for, and a text for the log."""

from __future__ import annotations


class SignInError(Exception):
    """``code`` is for the page; the text is for the log, and holds no token, code or secret."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


PROVIDER = "provider"  # cannot be reached, or answers what is no OpenID Connect
DENIED = "denied"  # the provider says no: the person cancelled, or may not use the client
STATE = "state"  # of another browser, too old, or used before
TOKEN = "token"  # noqa: S105 - the ID token is not what it must be
ROLE = "role"  # the person has none here

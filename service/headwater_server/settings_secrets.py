"""Secrets from files: `@PATH` instead of a secret names the file that holds it.

A variable is shown by `kubectl describe pod` and inherited by every child process; a file of a
mounted secret is neither.
"""

from __future__ import annotations

from pathlib import Path

MARK = "@"
BYTES_MAX = 64 * 1024  # a thousand keys with scopes; more is a wrong path
FROM_FILES = {"keys", "page_keys", "redis_url", "log", "oidc_client_secret"}
"""Settings that are secret, or contain a password."""


def from_file(name: str, text: str) -> str:
    """Return ``text``, or the content of the file that it names. ValueError if there is none.

    Lines of keys count as if commas were between them. The error never shows the content.

    >>> from_file("redis_url", "redis://store:6379/0")
    'redis://store:6379/0'
    >>> from_file("keys", "@/no/such/file")
    Traceback (most recent call last):
    ValueError: keys = @/no/such/file: No such file or directory
    """
    if not text.startswith(MARK):
        return text
    lines = [line.strip() for line in _content(name, text).splitlines() if line.strip()]
    if not lines:
        raise ValueError(f"{name} = {text}: the file is empty")
    if len(lines) > 1 and name not in {"keys", "page_keys"}:
        raise ValueError(f"{name} = {text}: the file has {len(lines)} lines, one was expected")
    return ",".join(line.rstrip(",") for line in lines)


def _content(name: str, text: str) -> str:
    try:
        with Path(text.removeprefix(MARK)).open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise ValueError(f"{name} = {text}: {error.strerror}") from None
    if len(content) > BYTES_MAX:
        raise ValueError(f"{name} = {text}: the file has more than {BYTES_MAX} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{name} = {text}: the file is not text (UTF-8)") from None

"""The settings `keys` and `page_keys` as text: KEY;name=N;scopes=A+B;calls_per_second=N, …"""

from __future__ import annotations

import math
import re

from headwater_server.api.access.access import PAGE_SCOPES, READ, SCOPES, Access
from headwater_server.api.access.rate import Rate
from headwater_server.api.access.shared_rate import SharedRate

KEY = re.compile(r"[!-+\--:<-~]{16,128}")
"""Visible ASCII without comma and semicolon, long enough for a random key."""
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,62}[A-Za-z0-9._@-])?")
SHAPE = (
    "write KEY, or KEY;name=anna;scopes=feedback+recommend;calls_per_second=100, with commas "
    "between"
)
_OPTIONS = {"name", "scopes", "calls_per_second"}
_WORD = re.compile(r"[a-z_]{1,20}")
_SECRET_CHARS = 8
"""A name this long that is part of the key was copied from it."""


def accesses(text: str, *, is_page: bool) -> list[Access]:
    """Return each key of a setting. Raises ValueError, whose text never contains a key.

    >>> [page] = accesses("pk-0123456789abcdef;name=shop;scopes=recommend", is_page=True)
    >>> page.name, sorted(page.scopes), page.rate
    ('shop', ['recommend'], None)
    >>> [page] = accesses("pk-0123456789abcdef;scopes=catalog", is_page=True)
    Traceback (most recent call last):
    ...
    ValueError: a page's key has no scope 'catalog': write recommend, feedback
    """
    entries = text.split(",") if text else []
    return [_access(entry.strip(), is_page=is_page) for entry in entries]


def _access(entry: str, *, is_page: bool) -> Access:
    key, *options = entry.split(";")
    if not KEY.fullmatch(key):
        raise ValueError(
            "each key is 16 to 128 visible ASCII characters, with commas between: "
            f"openssl rand -hex 24; {SHAPE}"
        )
    values: dict[str, str] = {}
    for option in options:
        name, value = _option(option)
        if name in values:
            raise ValueError(f"a key has the option {name} twice: {SHAPE}")
        values[name] = value
    scopes = _scopes(values.get("scopes", ""), is_page=is_page)
    per_second = _per_second(values.get("calls_per_second", ""))
    rate = _rate(per_second, is_page=is_page)
    return Access(key.encode(), is_page, scopes, rate, _name(values.get("name", ""), key))


def _option(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    name, value = name.strip(), value.strip()
    if name in _OPTIONS and equals and value:
        return name, value
    # what is no word may be a key, with a semicolon before it instead of a comma
    shown = f" {name!r}" if _WORD.fullmatch(name) else ""
    raise ValueError(f"a key has no option{shown} like this: {SHAPE}")


def _name(name: str, key: str) -> str:
    """Return the name; the log keeps it for good and shows it, so it must be no secret."""
    if name and not NAME.fullmatch(name):
        raise ValueError(
            "a key's name is 1 to 64 of A-Z a-z 0-9 . _ @ - and spaces between, such as name=anna"
        )
    if len(name) >= _SECRET_CHARS and name in key:
        raise ValueError("a key's name is part of the key: write another one, since it is shown")
    return name


def _scopes(text: str, *, is_page: bool) -> frozenset[str]:
    known = PAGE_SCOPES if is_page else (*SCOPES, READ)
    scopes = frozenset(text.split("+")) if text else frozenset()
    for scope in sorted(scopes - set(known)):
        kind = "a page's key" if is_page else "a key"
        shown = repr(scope) if _WORD.fullmatch(scope) else "like this"
        raise ValueError(f"{kind} has no scope {shown}: write {', '.join(known)}")
    return scopes or frozenset({"feedback"} if is_page else ())


def _per_second(text: str) -> float:
    try:
        per_second = float(text or "0")
    except ValueError:
        per_second = math.nan
    if text and not 0 < per_second < math.inf:
        raise ValueError("calls_per_second: write a number greater than 0")
    return per_second


def _rate(per_second: float, *, is_page: bool) -> Rate | None:
    """Return the limit of a key: many sources share a page's key, none may use it up."""
    if not per_second:
        return None
    return SharedRate(per_second) if is_page else Rate(per_second)

"""What a key may do: its kind, scopes and rate, from the settings `keys` and `page_keys`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from headwater_server.api.access.call_kinds import Kind, kind_of
from headwater_server.api.access.rate import Rate
from headwater_server.api.access.shared_rate import SharedRate

KEY = re.compile(r"[!-+\--:<-~]{16,128}")
"""Visible ASCII without comma and semicolon, long enough for a random key."""

SCOPES: Mapping[str, str] = {
    "recommend": "RecommendationService",
    "feedback": "FeedbackService",
    "catalog": "CatalogService",
    "users": "UserService",
    "model": "ModelService",
    "experiments": "ExperimentService",
    "export": "ExportService",
}
ALSO: Mapping[str, str] = {
    # Recommend returns the same to the same key, so this opens nothing new, also not to a page
    "ExperimentService/AssignArms": "recommend",
}
"""Single methods that another scope opens, too."""
READ = "read"  # for a backend's key: every call that changes nothing, as a console needs
NOT_BY_READ = "ExportService"  # it changes nothing, and returns the data of all persons
PAGE_SCOPES = ("recommend", "feedback")
SHAPE = "write KEY, or KEY;scopes=feedback+recommend;calls_per_second=100, with commas between"


@dataclass(frozen=True, slots=True)
class Access:
    """One key. ``is_page``: it is publishable, so anyone may send it.

    Such a key opens no stream: browsers have none, and a stream takes up a place while it is idle.
    """

    key: bytes = field(repr=False)
    is_page: bool = False
    scopes: frozenset[str] = frozenset()
    rate: Rate | None = None

    def allows(self, call: str) -> bool:
        """Return whether the key opens a method.

        >>> page = Access(b"", is_page=True, scopes=frozenset({"feedback"}))
        >>> page.allows("headwater.v1.FeedbackService/Feedback")
        True
        >>> page.allows("headwater.v1.UserService/GetUser"), page.allows("x.Reflection/Info")
        (False, False)
        """
        if self.is_page and call.endswith("/StreamFeedback"):
            return False
        if self.may_write(call):
            return True
        reads = kind_of(call) is Kind.READS and NOT_BY_READ not in call
        return READ in self.scopes and reads

    def may_write(self, call: str) -> bool:
        """Return whether the key opens all of a method, not only as far as it changes nothing.

        >>> Access(b"", scopes=frozenset({"read"})).may_write("headwater.v1.ModelService/GetModel")
        False
        """
        return not self.scopes or not self.scopes.isdisjoint(_scopes_of(call))


@cache
def _scopes_of(call: str) -> frozenset[str]:
    """Return the scopes of which each opens a method."""
    service, _, method = call.rpartition(".")[2].partition("/")
    opening = {scope for scope, opens in SCOPES.items() if opens == service}
    return frozenset(opening | {ALSO.get(f"{service}/{method}", "")} - {""})


def scopes_of(entries: Iterable[Access], key: str) -> list[str]:
    """Return the scopes of a server's key in order; a key without restriction has all of them.

    A server without keys serves anyone, as one with an unrestricted key does.

    >>> entries = accesses("a-key-of-operators;scopes=read+experiments", is_page=False)
    >>> scopes_of(entries, "a-key-of-operators")
    ['experiments', 'read']
    >>> scopes_of([], "")
    ['catalog', 'experiments', 'export', 'feedback', 'model', 'recommend', 'users']
    """
    given = (one.scopes for one in entries if one.key == key.encode())
    return sorted(next(given, frozenset()) or SCOPES)


def accesses(text: str, *, is_page: bool) -> list[Access]:
    """Return each key of a setting. Raises ValueError, whose text never contains the key.

    >>> [page] = accesses("pk-0123456789abcdef;scopes=recommend", is_page=True)
    >>> sorted(page.scopes), page.rate
    (['recommend'], None)
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
    values = dict(_option(option) for option in options)
    scopes = _scopes(values.get("scopes", ""), is_page=is_page)
    per_second = _per_second(values.get("calls_per_second", ""))
    return Access(key.encode(), is_page, scopes, _rate(per_second, is_page=is_page))


def _rate(per_second: float, *, is_page: bool) -> Rate | None:
    """Return the limit of a key: many sources share a page's key, none may use it up."""
    if not per_second:
        return None
    return SharedRate(per_second) if is_page else Rate(per_second)


def _option(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if name not in {"scopes", "calls_per_second"} or not equals or not value:
        raise ValueError(f"a key has no option {option!r}: {SHAPE}")
    return name, value


def _scopes(text: str, *, is_page: bool) -> frozenset[str]:
    known = PAGE_SCOPES if is_page else (*SCOPES, READ)
    scopes = frozenset(text.split("+")) if text else frozenset()
    for scope in sorted(scopes - set(known)):
        kind = "a page's key" if is_page else "a key"
        raise ValueError(f"{kind} has no scope {scope!r}: write {', '.join(known)}")
    return scopes or frozenset({"feedback"} if is_page else ())


def _per_second(text: str) -> float:
    try:
        per_second = float(text or "0")
    except ValueError:
        per_second = math.nan
    if text and not 0 < per_second < math.inf:
        raise ValueError(f"calls_per_second={text}: write a number greater than 0")
    return per_second


def check_accesses(entries: Iterable[Access]) -> None:
    """Refuse a key that is listed twice: it would be unclear which of its scopes count."""
    keys = [access.key for access in entries]
    if len(set(keys)) < len(keys):
        raise ValueError("a key is listed twice in keys and page_keys: each entry needs its own")

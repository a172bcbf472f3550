"""What a key may do: its kind, scopes and rate, from the settings `keys` and `page_keys`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from headwater_server.api.access.call_kinds import Kind, kind_of
from headwater_server.api.access.rate import Rate

SCOPES: Mapping[str, str] = {
    "recommend": "RecommendationService",
    "feedback": "FeedbackService",
    "catalog": "CatalogService",
    "users": "UserService",
    "model": "ModelService",
    "experiments": "ExperimentService",
    "export": "ExportService",
    "rules": "RuleService",
    "audit": "AuditService",
}
ALSO: Mapping[str, str] = {
    # Recommend returns the same to the same key, so this opens nothing new, also not to a page
    "ExperimentService/AssignArms": "recommend",
}
"""Single methods that another scope opens, too."""
READ = "read"  # for a backend's key: every call that changes nothing, as a console needs
NOT_BY_READ = "ExportService"  # it changes nothing, and returns the data of all persons
END_SESSION = "ModelService/EndSession"  # a person may always sign out
PAGE_SCOPES = ("recommend", "feedback")


class PersonSession(Protocol):
    """A session: whose it is, its id, and when it ends at the latest, in seconds since 1970."""

    @property
    def who(self) -> str:
        """The person, as the log names them."""

    @property
    def sid(self) -> str:
        """The id, "" if it has none."""

    @property
    def exp(self) -> int:
        """When it ends, unless it is renewed."""

    @property
    def until(self) -> int:
        """When its last renewal ends."""


@dataclass(frozen=True, slots=True)
class Access:
    """One key. ``is_page``: it is publishable, so anyone may send it.

    ``session``: that of a person who signed in, instead of a key.
    ``name``: what the log says of who changed something with it; "" for none.

    Such a key opens no stream: browsers have none, and a stream takes up a place while it is idle.
    """

    key: bytes = field(repr=False)
    is_page: bool = False
    scopes: frozenset[str] = frozenset()
    rate: Rate | None = None
    name: str = ""
    session: PersonSession | None = None

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
        if self.may_write(call) or (self.session and call.endswith(END_SESSION)):
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


def scope_names(scopes: Iterable[str]) -> list[str]:
    """Return the scopes of a server's caller in order; one without restriction has all of them.

    A server without keys serves anyone, as one with an unrestricted key does.

    >>> scope_names({"read", "experiments"})
    ['experiments', 'read']
    >>> scope_names(())[:4]
    ['audit', 'catalog', 'experiments', 'export']
    """
    return sorted(scopes or SCOPES)


def check_accesses(entries: Iterable[Access]) -> None:
    """Refuse a key that is listed twice, or in a name, which is shown.

    Of one that is listed twice, it would be unclear which of its scopes count.
    """
    entries = list(entries)
    keys = [access.key for access in entries]
    if any(key in access.name.encode() for key in keys for access in entries):
        raise ValueError("the name of a key in keys and page_keys is a key: names are shown")
    if len(set(keys)) < len(keys):
        raise ValueError("a key is listed twice in keys and page_keys: each entry needs its own")

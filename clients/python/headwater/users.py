"""Accounts, and profiles of visitors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from headwater.items import WriteStatus
from headwater.values import Values


@dataclass(frozen=True, slots=True)
class User:
    """An account, with the features that the shop has set."""

    user_id: str
    features: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserResult:
    """The answer to one write; ``detail`` says why it was not applied."""

    user_id: str
    status: WriteStatus
    detail: str


@dataclass(frozen=True, slots=True)
class UpsertUsersAnswer:
    """One result for each account, in order, and the offset of a state with all of them."""

    results: tuple[UserResult, ...]
    offset: str


@dataclass(frozen=True, slots=True)
class EraseAnswer:
    """``offset`` is that of a state in which they are forgotten."""

    offset: str


@dataclass(frozen=True, slots=True)
class UnlinkAnswer:
    """``offset`` is that of a state in which the visitor is linked to no account."""

    offset: str


@dataclass(frozen=True, slots=True)
class Touch:
    """An item of a history: its last interaction, how many there were, whether it was refused."""

    item_id: str
    touch_time: datetime
    touches: int
    refused: bool


@dataclass(frozen=True, slots=True)
class VisitorSummary:
    """A visitor in a list, or an account: then ``visitor_id`` is empty.

    ``user_id`` of a visitor is the account that it is linked to. ``last_active_time`` is that of
    the latest interaction, None if there was none.
    """

    visitor_id: str
    user_id: str
    last_active_time: datetime | None
    item_count: int
    linked_visitor_count: int


@dataclass(frozen=True, slots=True)
class VisitorPage:
    """A page of visitors and accounts; ``unsearched_count`` are found by their whole id alone."""

    visitors: tuple[VisitorSummary, ...]
    next_page_token: str
    total_count: int
    searched_count: int
    profile_count: int
    unsearched_count: int = 0


@dataclass(frozen=True, slots=True)
class UserProfile:
    """A profile; see GetUserResponse in protos/headwater/v1/user_service.proto.

    ``user`` without ``user_id``: the visitor is linked to no account.
    """

    user: User
    visitor_ids: tuple[str, ...]
    history: tuple[Touch, ...]

"""Items and accounts, for threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from headwater import catalogue_calls as calls
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.connection import Connection
from headwater.items import DeleteAnswer, Item, UpsertAnswer
from headwater.users import (
    EraseAnswer,
    UnlinkAnswer,
    UpsertUsersAnswer,
    User,
    UserProfile,
    VisitorSummary,
)

ITEMS_A_PAGE = 500


class Catalogue(Connection):
    """Writes and reads of items and accounts. The next answer already respects a change.

    A write with an older ``set_time`` does not replace a newer one. Without ``set_time``, the time
    of arrival counts.
    """

    def upsert_items(
        self,
        items: Iterable[Item],
        *,
        fields: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertAnswer:
        """Write items (1 to 1,000), or only their ``fields``, to the catalogue."""
        return self._make(calls.upsert_items(items, fields, set_time), timeout_s)

    def delete_items(
        self,
        item_ids: Iterable[str],
        *,
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> DeleteAnswer:
        """Remove items (1 to 1,000) from the catalogue and from every list."""
        return self._make(calls.delete_items(item_ids, set_time), timeout_s)

    def get_item(self, item_id: str, *, timeout_s: float = RECOMMEND_TIMEOUT_S) -> Item:
        """Return an item; raise `NotFoundError` if it is not in the catalogue."""
        return self._make(calls.get_item(item_id), timeout_s)

    def list_items(
        self,
        *,
        filter: str = "",  # noqa: A002 - the API's name
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Iterator[Item]:
        """Yield all items in the order of their ids; ``timeout_s`` is for one page."""
        token = ""
        while True:
            page = self._make(calls.list_items(filter, page_size, token), timeout_s)
            yield from page.items
            token = page.next_page_token
            if not token:
                return

    def upsert_users(
        self,
        users: Iterable[User],
        *,
        features: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertUsersAnswer:
        """Write accounts (1 to 1,000) with all their features, or only those in ``features``.

        A feature that ``features`` names and a user does not have is removed.
        """
        return self._make(calls.upsert_users(users, features, set_time), timeout_s)

    def get_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> UserProfile:
        """Return the profile of an account or of a visitor; `NotFoundError` if there is none."""
        return self._make(calls.get_user(user_id, visitor_id), timeout_s)

    def list_visitors(
        self,
        *,
        query: str = "",
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Iterator[VisitorSummary]:
        """Yield visitors and accounts, the most recently active first.

        ``query`` keeps those whose id contains it, the best match first; ``timeout_s`` is for one
        page.
        """
        token = ""
        while True:
            page = self._make(calls.list_visitors(query, page_size, token), timeout_s)
            yield from page.visitors
            token = page.next_page_token
            if not token:
                return

    def erase_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> EraseAnswer:
        """Forget an account with its visitors, or what a visitor did anonymously.

        It is no error if the server does not know them. `headwater rebuild --without-erased` also
        removes what the model's weights have learned from them.
        """
        return self._make(calls.erase_user(user_id, visitor_id), timeout_s)

    def unlink_visitor(
        self, visitor_id: str, *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> UnlinkAnswer:
        """End a visitor's link to an account, at a logout; what the visitor did alone stays.

        It is no error if the visitor is unknown or not linked.
        """
        return self._make(calls.unlink_visitor(visitor_id), timeout_s)

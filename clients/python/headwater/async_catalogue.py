"""Items and accounts, for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from headwater import catalogue_calls as calls
from headwater.async_connection import AsyncConnection
from headwater.catalogue import ITEMS_A_PAGE
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.items import DeleteAnswer, Item, UpsertAnswer
from headwater.users import (
    EraseAnswer,
    UnlinkAnswer,
    UpsertUsersAnswer,
    User,
    UserProfile,
    VisitorSummary,
)


class AsyncCatalogue(AsyncConnection):
    """Writes and reads of items and accounts. The next answer already respects a change.

    A write with an older ``set_time`` does not replace a newer one. Without ``set_time``, the time
    of arrival counts.
    """

    async def upsert_items(
        self,
        items: Iterable[Item],
        *,
        fields: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertAnswer:
        """Write items (1 to 1,000), or only their ``fields``, to the catalogue."""
        return await self._make(calls.upsert_items(items, fields, set_time), timeout_s)

    async def delete_items(
        self,
        item_ids: Iterable[str],
        *,
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> DeleteAnswer:
        """Remove items (1 to 1,000) from the catalogue and from every list."""
        return await self._make(calls.delete_items(item_ids, set_time), timeout_s)

    async def get_item(self, item_id: str, *, timeout_s: float = RECOMMEND_TIMEOUT_S) -> Item:
        """Return an item; raise `NotFoundError` if it is not in the catalogue."""
        return await self._make(calls.get_item(item_id), timeout_s)

    async def list_items(
        self,
        *,
        filter: str = "",  # noqa: A002 - the API's name
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[Item]:
        """Yield all items in the order of their ids; ``timeout_s`` is for one page."""
        token = ""
        while True:
            page = await self._make(calls.list_items(filter, page_size, token), timeout_s)
            for item in page.items:
                yield item
            token = page.next_page_token
            if not token:
                return

    async def upsert_users(
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
        return await self._make(calls.upsert_users(users, features, set_time), timeout_s)

    async def get_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> UserProfile:
        """Return the profile of an account or of a visitor; `NotFoundError` if there is none."""
        return await self._make(calls.get_user(user_id, visitor_id), timeout_s)

    async def list_visitors(
        self,
        *,
        query: str = "",
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[VisitorSummary]:
        """Yield visitors and accounts, the most recently active first.

        ``query`` keeps those whose id contains it, the best match first; ``timeout_s`` is for one
        page.
        """
        token = ""
        while True:
            page = await self._make(calls.list_visitors(query, page_size, token), timeout_s)
            for one in page.visitors:
                yield one
            token = page.next_page_token
            if not token:
                return

    async def erase_user(
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
        return await self._make(calls.erase_user(user_id, visitor_id), timeout_s)

    async def unlink_visitor(
        self, visitor_id: str, *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> UnlinkAnswer:
        """End a visitor's link to an account, at a logout; what the visitor did alone stays.

        It is no error if the visitor is unknown or not linked.
        """
        return await self._make(calls.unlink_visitor(visitor_id), timeout_s)

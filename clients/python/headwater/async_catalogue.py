"""Items and accounts, for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from headwater import catalogue_calls as calls
from headwater.async_connection import AsyncConnection
from headwater.catalogue import ITEMS_A_PAGE
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.items import DeleteAnswer, Item, UpsertAnswer
from headwater.users import EraseAnswer, UpsertUsersAnswer, User, UserProfile


class AsyncCatalogue(AsyncConnection):
    """What the shop says of its items and accounts. A change holds from the next answer on.

    An older ``set_time`` never beats a newer one; without it, a write is as old as its arrival.
    """

    async def upsert_items(
        self,
        items: Iterable[Item],
        *,
        fields: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertAnswer:
        """Put items (1 to 1,000), or only their ``fields``, into the catalogue."""
        return await self._make(calls.upsert_items(items, fields, set_time), timeout_s)

    async def delete_items(
        self,
        item_ids: Iterable[str],
        *,
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> DeleteAnswer:
        """Take items (1 to 1,000) out of the catalogue and of every list."""
        return await self._make(calls.delete_items(item_ids, set_time), timeout_s)

    async def get_item(self, item_id: str, *, timeout_s: float = RECOMMEND_TIMEOUT_S) -> Item:
        """Return an item; raise `NotFoundError` when the catalogue does not hold it."""
        return await self._make(calls.get_item(item_id), timeout_s)

    async def list_items(
        self,
        *,
        filter: str = "",  # noqa: A002 - the API's name
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[Item]:
        """Yield the catalogue by id, asking for a page (``timeout_s`` each) when it is needed."""
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
        """Say what the shop knows of accounts (1 to 1,000): all given features, or the named ones.

        A feature that is named in ``features`` and that a user does not give is taken away.
        """
        return await self._make(calls.upsert_users(users, features, set_time), timeout_s)

    async def get_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> UserProfile:
        """Return what is known of an account or of a visitor; `NotFoundError` when nothing is."""
        return await self._make(calls.get_user(user_id, visitor_id), timeout_s)

    async def erase_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> EraseAnswer:
        """Forget an account with its visitors, or what a visitor did anonymously.

        A stranger is forgotten as well. What the weights have learned of them goes with
        `headwater rebuild --without-erased`.
        """
        return await self._make(calls.erase_user(user_id, visitor_id), timeout_s)

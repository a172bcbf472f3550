"""Items and accounts, for threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from headwater import catalogue_calls as calls
from headwater.channel import FEEDBACK_TIMEOUT_S, RECOMMEND_TIMEOUT_S
from headwater.connection import Connection
from headwater.items import DeleteAnswer, Item, UpsertAnswer
from headwater.users import EraseAnswer, UpsertUsersAnswer, User, UserProfile

ITEMS_A_PAGE = 500


class Catalogue(Connection):
    """What the shop says of its items and accounts. A change holds from the next answer on.

    An older ``set_time`` never beats a newer one; without it, a write is as old as its arrival.
    """

    def upsert_items(
        self,
        items: Iterable[Item],
        *,
        fields: Sequence[str] = (),
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> UpsertAnswer:
        """Put items (1 to 1,000), or only their ``fields``, into the catalogue."""
        return self._make(calls.upsert_items(items, fields, set_time), timeout_s)

    def delete_items(
        self,
        item_ids: Iterable[str],
        *,
        set_time: datetime | None = None,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> DeleteAnswer:
        """Take items (1 to 1,000) out of the catalogue and of every list."""
        return self._make(calls.delete_items(item_ids, set_time), timeout_s)

    def get_item(self, item_id: str, *, timeout_s: float = RECOMMEND_TIMEOUT_S) -> Item:
        """Return an item; raise `NotFoundError` when the catalogue does not hold it."""
        return self._make(calls.get_item(item_id), timeout_s)

    def list_items(
        self,
        *,
        filter: str = "",  # noqa: A002 - the API's name
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Iterator[Item]:
        """Yield the catalogue by id, asking for a page (``timeout_s`` each) when it is needed."""
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
        """Say what the shop knows of accounts (1 to 1,000): all given features, or the named ones.

        A feature that is named in ``features`` and that a user does not give is taken away.
        """
        return self._make(calls.upsert_users(users, features, set_time), timeout_s)

    def get_user(
        self,
        user_id: str = "",
        *,
        visitor_id: str = "",
        timeout_s: float = RECOMMEND_TIMEOUT_S,
    ) -> UserProfile:
        """Return what is known of an account or of a visitor; `NotFoundError` when nothing is."""
        return self._make(calls.get_user(user_id, visitor_id), timeout_s)

    def erase_user(
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
        return self._make(calls.erase_user(user_id, visitor_id), timeout_s)

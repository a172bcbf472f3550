"""The calls of both clients about items and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from headwater.calls import Call
from headwater.items import DeleteAnswer, Item, ItemPage, UpsertAnswer
from headwater.users import (
    EraseAnswer,
    UnlinkAnswer,
    UpsertUsersAnswer,
    User,
    UserProfile,
    VisitorPage,
)
from headwater.v1 import catalog_service_pb2 as catalog_pb2
from headwater.v1 import user_service_pb2 as user_pb2
from headwater.wire.fields import built
from headwater.wire.items import (
    delete_answer,
    delete_items_request,
    from_item,
    item_page,
    upsert_answer,
    upsert_items_request,
)
from headwater.wire.users import profile, upsert_users_answer, upsert_users_request, visitor_page


def upsert_items(
    items: Iterable[Item], fields: Sequence[str], set_time: datetime | None
) -> Call[UpsertAnswer]:
    """Write items to the catalogue."""
    return Call(
        "/headwater.v1.CatalogService/UpsertItems",
        upsert_items_request(items, fields, set_time),
        catalog_pb2.UpsertItemsResponse,
        upsert_answer,
    )


def delete_items(item_ids: Iterable[str], set_time: datetime | None) -> Call[DeleteAnswer]:
    """Remove items from the catalogue."""
    return Call(
        "/headwater.v1.CatalogService/DeleteItems",
        delete_items_request(item_ids, set_time),
        catalog_pb2.DeleteItemsResponse,
        delete_answer,
    )


def get_item(item_id: str) -> Call[Item]:
    """Ask for an item."""
    return Call(
        "/headwater.v1.CatalogService/GetItem",
        built(catalog_pb2.GetItemRequest, item_id=item_id),
        catalog_pb2.GetItemResponse,
        lambda response: from_item(response.item),
    )


def list_items(filter_text: str, page_size: int, page_token: str) -> Call[ItemPage]:
    """Ask for a page of the catalogue."""
    return Call(
        "/headwater.v1.CatalogService/ListItems",
        built(
            catalog_pb2.ListItemsRequest,
            filter=filter_text,
            page_size=page_size,
            page_token=page_token,
        ),
        catalog_pb2.ListItemsResponse,
        item_page,
    )


def upsert_users(
    users: Iterable[User], features: Sequence[str], set_time: datetime | None
) -> Call[UpsertUsersAnswer]:
    """Write what the shop knows about accounts."""
    return Call(
        "/headwater.v1.UserService/UpsertUsers",
        upsert_users_request(users, features, set_time),
        user_pb2.UpsertUsersResponse,
        upsert_users_answer,
    )


def get_user(user_id: str, visitor_id: str) -> Call[UserProfile]:
    """Ask for the profile of an account or a visitor."""
    return Call(
        "/headwater.v1.UserService/GetUser",
        built(user_pb2.GetUserRequest, user_id=user_id, visitor_id=visitor_id),
        user_pb2.GetUserResponse,
        profile,
    )


def list_visitors(query: str, page_size: int, page_token: str) -> Call[VisitorPage]:
    """Ask for a page of visitors and accounts."""
    return Call(
        "/headwater.v1.UserService/ListVisitors",
        built(
            user_pb2.ListVisitorsRequest, query=query, page_size=page_size, page_token=page_token
        ),
        user_pb2.ListVisitorsResponse,
        visitor_page,
    )


def erase_user(user_id: str, visitor_id: str) -> Call[EraseAnswer]:
    """Ask the server to forget an account or a visitor."""
    return Call(
        "/headwater.v1.UserService/EraseUser",
        built(user_pb2.EraseUserRequest, user_id=user_id, visitor_id=visitor_id),
        user_pb2.EraseUserResponse,
        lambda response: EraseAnswer(response.offset),
    )


def unlink_visitor(visitor_id: str) -> Call[UnlinkAnswer]:
    """Ask the server to end a visitor's link to an account."""
    return Call(
        "/headwater.v1.UserService/UnlinkVisitor",
        built(user_pb2.UnlinkVisitorRequest, visitor_id=visitor_id),
        user_pb2.UnlinkVisitorResponse,
        lambda response: UnlinkAnswer(response.offset),
    )

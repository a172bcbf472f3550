"""Items of the catalogue, and the results of writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from headwater.values import Values


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the catalogue. Times need a timezone.

    ``image_uri`` and ``uri``: a picture and the page of the item, as addresses or as paths of the
    shop. ``group_id``: the product that it is a variant of.
    """

    item_id: str
    title: str = ""
    categories: Sequence[str] = ()
    price: float | None = None
    currency_code: str = ""
    available: bool = True
    tags: Sequence[str] = ()
    features: Values = field(default_factory=dict)
    publish_time: datetime | None = None
    expire_time: datetime | None = None
    image_uri: str = ""
    uri: str = ""
    group_id: str = ""


class WriteStatus(Enum):
    """The result of a write; see WriteStatus in protos/headwater/v1/item.proto."""

    APPLIED = "applied"
    OUTDATED = "outdated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The answer to one write; ``detail`` says why it was not applied."""

    item_id: str
    status: WriteStatus
    detail: str


@dataclass(frozen=True, slots=True)
class UpsertAnswer:
    """One result for each item, in order, and the offset of a state with all of them."""

    results: tuple[ItemResult, ...]
    offset: str


@dataclass(frozen=True, slots=True)
class DeleteAnswer:
    """One result for each item, in order, and the offset of a state without them."""

    results: tuple[ItemResult, ...]
    offset: str


@dataclass(frozen=True, slots=True)
class ItemPage:
    """A page of the catalogue; without ``next_page_token`` it is the last one."""

    items: tuple[Item, ...]
    next_page_token: str

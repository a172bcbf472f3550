"""The event types that every shop has: their rewards, and other names for them."""

from __future__ import annotations

DEFAULT_REWARDS: dict[str, float] = {
    "impression": 0.0,
    "detail-page-view": 0.2,
    "click": 0.3,
    "download": 0.5,
    "add-to-cart": 0.6,
    "favorite": 0.6,
    "review": 0.6,
    "rating": 0.2,  # times the event's value, so that 5 stars are worth 1.0
    "purchase-complete": 1.0,
    "remove-from-cart": -0.3,
    "return": -0.6,
    "dismiss": -0.5,
    "dislike": -1.0,
}

ALIASES: dict[str, str] = {
    "view": "detail-page-view", "cart": "add-to-cart", "addtocart": "add-to-cart",
    "like": "favorite", "purchase": "purchase-complete",
    "transaction": "purchase-complete",
    "order": "purchase-complete",
}  # fmt: skip

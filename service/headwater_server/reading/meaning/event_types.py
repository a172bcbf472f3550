"""Words for event types: theirs to ours, as SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from headwater_server.engine.setting_values.event_types import ALIASES, DEFAULT_REWARDS
from headwater_server.reading.sql import text_sql

PURCHASE = "purchase-complete"
RETURN = "return"
RATING = "rating"
_SAID = {
    PURCHASE: "buy bought purchased ordered order-completed order-placed checkout-complete sale",
    "detail-page-view": "viewed product-view product-viewed view-item item-view product-detail",
    "click": "clicked select-item item-click product-click product-clicked",
    "add-to-cart": "added-to-cart product-added add-to-basket add-to-bag basket cart-add atc",
    "remove-from-cart": "removed-from-cart product-removed remove-from-basket removefromcart",
    "favorite": "wishlist add-to-wishlist addtowishlist favourite favorited liked bookmark fav",
    RETURN: "returned refund refunded order-refunded",
    RATING: "rated rate",
    "review": "reviewed product-reviewed",
    "download": "downloaded",
    "impression": "impressions shown view-item-list product-impression",
    "dismiss": "dismissed",
    "dislike": "disliked",
}
"""Words for our types that every file may use; the plain English ones, of one meaning."""
KNOWN: Mapping[str, str] = (
    {word: ours for ours, words in _SAID.items() for word in words.split()}
    | {name: name for name in (*DEFAULT_REWARDS, "logout")}
    | dict(ALIASES)
)


def word_sql(cell: str) -> str:
    """Return the SQL of a word in the form that presets write: lower case, `-` between parts.

    >>> word_sql("c1")
    "replace(replace(lower(trim(c1)), '_', '-'), ' ', '-')"
    """
    return f"replace(replace(lower(trim({cell})), '_', '-'), ' ', '-')"


def type_sql(
    cell: str, types: Mapping[str, str], default: str = "", seen: Collection[str] = ()
) -> str:
    """Return the SQL of our type; a word that nobody knows stays as it stands.

    A type that is left out is the empty text. Words that were ``seen`` in the file are compared
    first, as they stand: a million rows then take a second less. All others are looked up.
    """
    words = {theirs: ours for theirs, ours in ({**KNOWN, **types}).items() if theirs}
    usual = {one: words[plain] for one in sorted(seen) if (plain := _plain(one)) in words}
    pairs = ", ".join(f"{text_sql(one)}: {text_sql(ours)}" for one, ours in words.items())
    known = f"coalesce(MAP {{{pairs}}}[{word_sql(cell)}], {cell})"
    if usual:
        known = f"CASE {cell} {_cases(usual)} ELSE {known} END"
    fallback = default or types.get("", "")
    if not fallback:
        return known
    return f"CASE WHEN coalesce({cell}, '') = '' THEN {text_sql(fallback)} ELSE {known} END"


def _plain(word: str) -> str:
    """Return what `word_sql` makes of a word."""
    return word.strip(" ").lower().replace("_", "-").replace(" ", "-")


def _cases(words: Mapping[str, str]) -> str:
    return " ".join(
        f"WHEN {text_sql(theirs)} THEN {text_sql(ours)}" for theirs, ours in words.items()
    )


def returned_sql(event_type: str, quantity: str) -> str:
    """Return the SQL of a type where a purchase of a negative quantity is a return."""
    return (
        f"CASE WHEN {event_type} = '{PURCHASE}' AND starts_with(ltrim({quantity}), '-') "
        f"THEN '{RETURN}' ELSE {event_type} END"
    )

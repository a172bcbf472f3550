"""The whole loop, against a running server: write two items, ask, report, ask again.

    python shop.py        each step, for a reader
    python shop.py ask    one question, its answer as one line of JSON

HEADWATER_TARGET names the server (127.0.0.1:50051), HEADWATER_KEY its key if it requires one.
"""

from __future__ import annotations

import json
import os
import sys

import headwater

PATIENT_S = 20.0  # a page would wait for one second only


def ask(shop: headwater.Client) -> None:
    """Print what ann should see now."""
    slate = shop.recommend(
        "ann",
        placement="home",
        page_size=10,
        recommendation_id=os.environ.get("HEADWATER_RECOMMENDATION_ID", ""),
        timeout_s=PATIENT_S,
    )
    answer = {"recommendation_id": slate.recommendation_id, "item_ids": slate.item_ids}
    print(json.dumps(answer))


def loop(shop: headwater.Client) -> None:
    """Show a list, what was learned from a click on it, and the next list."""
    boots = headwater.Item("boots", "Walking boots", price=89.0)
    written = shop.upsert_items([boots, headwater.Item("socks", "Warm socks", price=9.0)])
    slate = list_for_ann(shop, written.offset)
    print("recommended:", ", ".join(slate.item_ids))

    token = slate.attribution_token
    seen = headwater.Event("impression", "ann", items=slate.item_ids, attribution_token=token)
    click = headwater.Event("click", "ann", items=slate.item_ids[:1], attribution_token=token)
    learned = shop.feedback([seen, click])
    for result in learned.results:
        print("learned:", result.event_id, result.status.value)

    slate = list_for_ann(shop, learned.offset)
    print("recommended:", ", ".join(slate.item_ids))


def list_for_ann(shop: headwater.Client, offset: str) -> headwater.Recommendation:
    """Return a list from a state that has learned at least up to an offset."""
    return shop.recommend(
        "ann", placement="home", page_size=4, min_offset=offset, timeout_s=PATIENT_S
    )


def main(arguments: list[str]) -> None:
    """Connect to the server that the environment names."""
    target = os.environ.get("HEADWATER_TARGET", "127.0.0.1:50051")
    with headwater.Client(target, key=os.environ.get("HEADWATER_KEY", "")) as shop:
        try:
            ask(shop) if arguments == ["ask"] else loop(shop)
        except headwater.HeadwaterError as error:
            field = f"field {error.field}: " if error.field else ""
            sys.exit(f"{type(error).__name__}: {field}{error}")


if __name__ == "__main__":
    main(sys.argv[1:])

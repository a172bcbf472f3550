"""Ask, report what happened, ask again: python quickstart.py [host:port] of a running server.

HEADWATER_KEY is its API key, if it requires one.
"""

from __future__ import annotations

import os
import sys
from uuid import uuid4

import headwater

SHOES = [
    headwater.Item("trail-runner", "Trail running shoe", categories=["running"], price=89.0),
    headwater.Item("road-runner", "Road running shoe", categories=["running"], price=99.0),
    headwater.Item("rain-boot", "Rain boot", categories=["boots"], price=49.0),
    headwater.Item("snow-boot", "Warm snow boot", categories=["boots"], price=79.0),
]


def main(target: str) -> None:
    """Show one visitor's list before and after three clicks."""
    visitor = f"visitor-{uuid4().hex[:8]}"
    with headwater.Client(target, key=os.environ.get("HEADWATER_KEY")) as shop:
        shop.upsert_items(SHOES)
        before = shop.recommend(visitor, placement="home", page_size=4)
        print("before:", ", ".join(before.item_ids))

        clicks = [
            headwater.Event(
                "click",
                visitor,
                items=[item_id],
                placement="home",
                attribution_token=before.attribution_token,
            )
            for item_id in ("rain-boot", "snow-boot", "rain-boot")
        ]
        learned = shop.feedback(clicks)
        print("learned:", ", ".join(result.status.value for result in learned.results))

        after = shop.recommend(visitor, placement="home", page_size=4, min_offset=learned.offset)
        print("after: ", ", ".join(after.item_ids))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051")

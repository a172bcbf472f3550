"""Profiles that are noted together are those noted one by one, also when the oldest leave."""

from __future__ import annotations

import random

from headwater_server.engine.visitors.recent_ids import RecentIds


def test_acts_noted_together_leave_what_acts_one_by_one_leave():
    rng, together, single = random.Random(3), RecentIds(most=200), RecentIds(most=200)
    for _ in range(300):
        rows = [rng.randrange(400) for _ in range(rng.randrange(60))]
        keys = [f"v{row}" for row in rows]
        together.act_all(rows, keys)
        for row, key in zip(rows, keys, strict=True):
            single.act(row, key)
        assert together.newest_rows() == single.newest_rows()

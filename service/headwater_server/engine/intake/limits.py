"""How long, how many and how large what an event holds may be."""

from __future__ import annotations

ID_BYTES_MAX = 128
ITEMS_MAX = 1000
CONTEXT_MAX = 100
POSITION_MAX = 1000
PAGE_POSITION_MAX = 100  # of a page's list that no token proves: the most that Recommend returns
TEXT_BYTES_MAX = 1024
NUMBER_MAX = 1e12
QUANTITY_MAX = 1e6  # pieces of one line of a new event: more is an overflow, or a price in cents
REWARD_MAX = 1.0  # of an event's own reward, which weighs what is learned; least: -1
CURRENCY_BYTES_MAX = 3
TIME_MS_MIN, TIME_MS_MAX = -62_135_596_800_000, 253_402_300_799_999  # years 1 to 9999

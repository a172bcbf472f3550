"""Each source has its own bucket, whose memory is bounded."""

from headwater_server.replica.writes import source_buckets
from headwater_server.replica.writes.source_buckets import SourceBuckets


class Clock:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


def test_a_minute_gives_what_the_limit_says_however_it_is_spread():
    clock = Clock()
    buckets = SourceBuckets(6, clock)
    assert [buckets.take("a") for _ in range(8)] == [True] * 6 + [False] * 2
    taken = 0
    for second in range(1, 601):
        clock.now_s = float(second)
        taken += sum(buckets.take("a") for _ in range(3))
    assert 59 <= taken <= 60, "ten minutes, but for the rounding of the last one"


def test_what_nobody_takes_is_kept_for_a_minute_only():
    clock = Clock()
    buckets = SourceBuckets(3, clock)
    clock.now_s = 3_600.0
    assert [buckets.take("a") for _ in range(4)] == [True] * 3 + [False]


def test_silent_sources_are_forgotten():
    clock = Clock()
    buckets = SourceBuckets(3, clock)
    for n in range(100):
        buckets.take(f"source {n}")
    clock.now_s = 61.0
    buckets.take("another")
    assert len(buckets) == 1


def test_sources_beyond_the_memory_share_one_bucket(monkeypatch):
    monkeypatch.setattr(source_buckets, "SOURCES_MAX", 10)
    buckets = SourceBuckets(3, Clock())
    known = [buckets.take(f"source {n}") for n in range(10)]
    later = [buckets.take(f"later {n}") for n in range(10)]
    assert known == [True] * 10
    assert later == [True] * 3 + [False] * 7
    assert buckets.take("source 4"), "who was there before keeps the own bucket"
    assert len(buckets) == 11

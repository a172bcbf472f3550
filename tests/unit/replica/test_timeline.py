"""With more series than there is room for, what is reported now comes before what was."""

from __future__ import annotations

from headwater_server.replica.operators.timeline import SERIES_MAX, SeriesKey, Span, Timeline


def named(*numbers: int) -> dict[SeriesKey, float]:
    return {SeriesKey("reward", f"placement {n}"): 1.0 for n in numbers}


def shown(timeline: Timeline) -> set[SeriesKey]:
    return set(timeline.samples(Span.HOUR).series)


def test_the_series_that_ended_first_makes_room() -> None:
    timeline = Timeline(interval_s=10.0)
    timeline.put(0, named(*range(SERIES_MAX)))
    timeline.put(10_000, named(*range(1, SERIES_MAX)))
    timeline.put(20_000, named(*range(2, SERIES_MAX)))
    timeline.put(30_000, named(*range(2, SERIES_MAX)) | {SeriesKey("memory_bytes"): 2.0})
    assert shown(timeline) == {SeriesKey("memory_bytes"), *named(*range(1, SERIES_MAX))}


def test_a_series_that_goes_on_is_never_forgotten() -> None:
    timeline = Timeline(interval_s=10.0)
    timeline.put(0, named(*range(SERIES_MAX)))
    timeline.put(10_000, named(*range(SERIES_MAX + 50)))
    assert shown(timeline) == set(named(*range(SERIES_MAX)))

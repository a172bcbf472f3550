"""What is there twice: counted once where it is one event, and said in either case."""

from pathlib import Path

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

NOW_MS = 1_800_000_000_000
HEADER = "timestamp,user_id,item_id,event_type"
ROWS = [f"{1_700_000_000 + n},u{n % 7},i{n % 5},{'view' if n % 2 else 'cart'}" for n in range(50)]


def read(folder, *files, header=HEADER):
    paths = []
    for number, rows in enumerate(files):
        paths.append(Path(folder, f"{number}.csv"))
        paths[-1].write_text("\n".join([header, *rows]) + "\n")
    with Session() as session:
        shop = read_shop(Asked(tuple(paths)), EngineSettings(), NOW_MS, session)
        learned = list(shop.events.events())
        return shop.report, learned


@pytest.mark.parametrize(
    ("files", "events", "repeated", "equal"),
    [
        ([ROWS], 50, 0, 0),
        ([ROWS, ROWS[:20]], 50, 20, 0),
        ([ROWS[:30], ROWS[20:]], 50, 10, 0),
        ([ROWS + ROWS[:7]], 57, 0, 7),
        ([ROWS + ROWS[:7], ROWS[:3] * 3], 60, 6, 10),
        ([ROWS[::-1], ROWS, ROWS], 50, 100, 0),
    ],
)
def test_the_report_counts_what_is_learned(tmp_path, files, events, repeated, equal):
    report, learned = read(tmp_path, *files)
    assert len(learned) == report.events == sum(report.types.values()) == events
    assert (report.repeated, report.equal) == (repeated, equal)
    text = "\n".join(report.lines())
    assert (f"note: {repeated} events repeat one of another file" in text) == bool(repeated)
    assert (f"note: {equal} events equal another one of their file; each" in text) == bool(equal)


def test_an_id_that_comes_again_is_one_event(tmp_path):
    rows = [f"{row},e{n % 45}" for n, row in enumerate([ROWS[0]] * 50)]
    report, learned = read(tmp_path, rows, header=f"{HEADER},event_id")
    assert len(learned) == report.events == 45
    assert (report.repeated, report.equal) == (5, 0)


def test_an_order_of_two_files_is_one(tmp_path):
    rows = [f"1700000000,u,i{n},purchase,o1" for n in range(3)]
    report, learned = read(tmp_path, rows, rows, header=f"{HEADER},order_id")
    assert len(learned) == report.events == 1
    assert report.repeated == 1


@pytest.mark.parametrize(("lines", "events", "full"), [(999, 1, 0), (1000, 1, 1), (2500, 3, 2)])
def test_an_order_that_becomes_several_events_is_said(tmp_path, lines, events, full):
    rows = [f"1700000000,u,i{n},purchase,o1" for n in range(lines)]
    report, learned = read(tmp_path, rows, header=f"{HEADER},order_id")
    assert (len(learned), report.events, report.full) == (events, events, full)
    assert ("with more is several events" in "\n".join(report.lines())) == bool(full)

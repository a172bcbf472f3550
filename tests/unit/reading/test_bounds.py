"""What is no file of data is refused by name, and an archive is bounded."""

from __future__ import annotations

import gzip
import os
import zipfile

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.opening.packed import room
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

HEADER = "timestamp,user_id,item_id,event_type\n"
ROW = "1700000000,u1,i1,view\n"
NOW_MS = 1_800_000_000_000


def refused(path):
    with Session() as session, pytest.raises(BadFile) as error:
        read_shop(Asked((path,)), EngineSettings(), NOW_MS, session)
    return str(error.value)


def read(path):
    with Session() as session:
        return len(read_shop(Asked((path,)), EngineSettings(), NOW_MS, session).events)


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_an_archive_that_becomes_far_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "ALWAYS_BYTES", 1 << 20)
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress((HEADER + ROW * 200_000).encode()))
    assert "more than 200 times as large" in refused(bomb)
    members = {f"{n}.csv": HEADER + ROW * 40_000 for n in range(4)}
    assert "more than 200 times as large" in refused(write_zip(tmp_path / "b.zip", members))


def test_the_disk_is_not_filled(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "FREE_BYTES", 1 << 60)
    path = tmp_path / "e.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROW).encode()))
    assert "no room on the disk of TMPDIR" in refused(path)


def test_a_pipe_and_a_document_are_refused_by_name(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe or device" in refused(tmp_path / "pipe")
    word = {"[Content_Types].xml": "<x/>", "word/document.xml": "<w/>"}
    assert "a Word document" in refused(write_zip(tmp_path / "d.docx", word))


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_files_that_were_joined_into_one_are_recognised(tmp_path, mark):
    path = tmp_path / "e.csv"
    path.write_text(HEADER + ROW * 3 + mark + HEADER + ROW)
    assert "line 5, column event_type: the header again: files were joined" in refused(path)


def test_a_folder_that_leads_back_to_itself_is_read_once(tmp_path):
    inner = tmp_path / "a"
    inner.mkdir()
    (inner / "e.csv").write_text(HEADER + ROW * 3)
    (inner / "back").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    assert read(tmp_path) == 3


def test_three_hundred_columns_and_line_ends_in_cells_are_read(tmp_path):
    wide = HEADER.strip() + "".join(f",x{n}" for n in range(300)) + "\r\n"
    cells = ROW.strip() + ',"a\r\nb"' + "," * 299 + "\r\n"
    path = tmp_path / "e.csv"
    path.write_bytes((wide + cells * 5).encode())
    assert read(path) == 5


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("11/14/2023 10:13 PM", "--time-format '%m/%d/%Y %I:%M %p' reads them"),
        ("03/04/2023", "--time-format '%d/%m/%Y' or --time-format '%m/%d/%Y'"),
        ("soon", "give the format with --time-format"),
    ],
)
def test_a_refusal_names_the_format_that_fits(tmp_path, cell, said):
    path = tmp_path / "e.csv"
    path.write_text(HEADER + f"{cell},u1,i1,view\n" * 3)
    assert said in refused(path)


def test_a_folder_that_cannot_be_listed_is_refused_and_never_skipped(tmp_path, monkeypatch):
    (tmp_path / "e.csv").write_text(HEADER + ROW)
    closed = tmp_path / "closed"
    closed.mkdir()
    scan = os.scandir

    def denied(path):
        if str(path) == str(closed):  # an administrator may read all
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", denied)
    assert f"Permission denied: {closed}" in refused(tmp_path)

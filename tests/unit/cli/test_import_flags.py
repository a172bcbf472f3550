"""Flags of files that cannot be meant: one line and exit code 2, and nothing else."""

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands

ROWS = "timestamp,user_id,item_id,event_type\n1700000000,u1,i1,view\n1700000060,u2,i1,read\n"


@pytest.fixture
def events(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(ROWS)
    return str(path)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--time-zone", "Mars/X"), "--time-zone Mars/X: 'Mars/X' is no time zone"),
        (("--time-zone", "/etc/passwd"), "is no time zone; write one such as Europe/Berlin"),
        (("--time-format", "%Q"), "--time-format %Q: there is no such format of times"),
        (("--time-format", ""), "--time-format is empty"),
        (("--time-zone", ""), "--time-zone is empty"),
        (("--preset", ""), "--preset is empty"),
        (("--scale", "nan"), "--scale nan: give the highest rating, a number above 0"),
        (("--scale", "inf"), "--scale inf"),
        (("--scale", "-5"), "--scale -5"),
        (("--scale", "0"), "--scale 0"),
        (("--encoding", "klingon"), "--encoding klingon: there is no such encoding"),
        (("--encoding", "base64"), "--encoding base64: there is no such encoding"),
    ],
)
@pytest.mark.parametrize("command", [("import", "--check"), ("backtest",)])
def test_it_is_one_line_with_the_flag(events, command, flags, said):
    result = CliRunner().invoke(commands, [*command, "--events", events, *flags])
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert len(result.output.splitlines()) == 1


def test_a_type_that_no_row_has_is_noted(events):
    flags = ["--type", "read=view", "--type", "foo=click", "--type", "Bar Baz="]
    result = CliRunner().invoke(commands, ["import", "--check", "--events", events, *flags])
    assert result.exit_code == 0, result.output
    assert "note: no row has the event type foo, Bar Baz of --type" in result.output

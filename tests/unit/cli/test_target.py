"""What the command line says of a server's address and key: in its own words, with its flags."""

import pytest
import typer
from typer.testing import CliRunner

from headwater_server.cli.failures import fail
from headwater_server.cli.root import commands
from headwater_server.errors import Unauthenticated

ASKING = ("report", "experiment list", "policy list", "rules list", "settings show", "digest")


@pytest.mark.parametrize("command", ASKING)
@pytest.mark.parametrize("target", ["localhost", "shop.example", "localhost:"])
def test_an_address_without_a_port_is_refused_at_once(command, target):
    found = CliRunner().invoke(commands, [*command.split(), "--target", target])
    assert found.exit_code == 2
    assert "has no port" in " ".join(found.stderr.split())


def test_a_missing_key_is_named_as_the_flag_and_the_variable(capsys):
    with pytest.raises(typer.Exit):
        fail(f"shop:1: {Unauthenticated('the call has no key')}")
    said = capsys.readouterr().err
    assert "set HEADWATER_KEY, or give --key" in said
    assert "metadata" not in said


def test_a_currency_that_is_none_is_named_by_its_flag():
    found = CliRunner().invoke(commands, ["report", "--target", "x:1", "--currency", "euro"])
    assert (found.exit_code, "--currency euro: write three letters" in found.stderr) == (2, True)


def test_a_place_to_promote_at_is_checked_before_the_work():
    found = CliRunner().invoke(commands, ["evaluate", "--policy", "warm", "--promote", "shop"])
    assert (found.exit_code, "shop has no port" in " ".join(found.stderr.split())) == (2, True)

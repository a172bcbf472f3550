"""The Go client: formatted, built, and tested on a real server, which dies in between."""

from __future__ import annotations

import sys

import pytest

from tests.system import client_contract as contract
from tests.system.client_programs import GO, ROOT, go_programs, need, run

pytestmark = pytest.mark.timeout(600)  # a fresh machine downloads and builds first


@pytest.fixture(scope="module")
def programs():
    return go_programs()


def test_its_stubs_are_what_the_protos_give(programs):
    run(ROOT, sys.executable, "-m", "scripts.generate_clients", "--check")


@pytest.fixture(scope="module")
def server(programs, tmp_path_factory):
    with contract.live_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.mark.thorough
def test_its_code_is_formatted_and_vetted(programs):
    need("gofmt")
    assert run(GO, "gofmt", "-l", ".") == ""
    run(GO, "go", "vet", "./...")
    run(GO, "go", "mod", "verify")


def test_its_own_tests_pass_none_of_them_skipped(server):
    environment = {"HEADWATER_TARGET": server.address, "HEADWATER_KEY": contract.KEY}
    said = run(
        GO,
        "go",
        "test",
        "-v",
        "-count=1",
        "-vet=off",
        "-ldflags=-s -w",
        "-timeout=60s",
        ".",
        **environment,
    )
    assert "--- SKIP" not in said
    assert said.count("--- PASS: TestLive") == 9


def test_its_example_shows_the_loop(server, programs):
    contract.the_loop_is_shown(server, programs.shop)


def test_an_error_names_the_field(server, programs):
    contract.an_error_names_the_field(server, programs.shop)


def test_a_wrong_key_is_refused(server, programs):
    contract.a_wrong_key_is_refused(server, programs.shop)


def test_a_restart_in_the_middle_of_buffered_feedback_loses_nothing(server, programs):
    contract.a_restart_loses_nothing(server, programs.pipe)


def test_a_server_on_this_machine_is_asked_without_a_proxy(server, programs):
    contract.no_proxy_is_asked(server, programs.shop)


@pytest.mark.thorough
def test_a_silent_connection_is_replaced(server, programs):
    contract.a_silent_line_is_replaced(server, programs.pipe)

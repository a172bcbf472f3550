"""The TypeScript client in Node: checked, built, tested on a real server, which dies in between."""

from __future__ import annotations

import signal
import subprocess

import pytest

from tests.system import client_contract as contract
from tests.system.client_programs import NODE, node_programs, run
from tests.system.node_tests import names_of, outcomes

pytestmark = pytest.mark.timeout(300)  # a fresh machine downloads and builds first


@pytest.fixture(scope="module")
def programs():
    return node_programs()


@pytest.fixture(scope="module")
def server(programs, tmp_path_factory):
    with contract.live_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def live(server):
    environment = {"HEADWATER_TARGET": server.address, "HEADWATER_KEY": contract.KEY}
    return outcomes("e2e/node.test.mjs", **environment)


def test_its_stubs_are_what_the_protos_give_and_its_code_is_clean(programs):
    run(NODE, "npm", "run", "--silent", "check")


def test_its_own_tests_pass_none_of_them_skipped(programs):
    said = run(NODE, "npm", "test", "--silent")
    assert "# skipped 0\n" in said
    assert "# fail 0\n" in said


@pytest.mark.parametrize("name", names_of("e2e/node.test.mjs"))
def test_on_a_live_server(live, name):
    live.must_pass(name)


@pytest.fixture(scope="module")
def experiments(server):
    environment = {"HEADWATER_TARGET": server.address, "HEADWATER_KEY": contract.KEY}
    return outcomes("e2e/experiments.test.mjs", **environment)


@pytest.mark.parametrize("name", names_of("e2e/experiments.test.mjs"))
def test_experiments_on_a_live_server(experiments, name):
    experiments.must_pass(name)


@pytest.fixture(scope="module")
def rules(server):
    environment = {"HEADWATER_TARGET": server.address, "HEADWATER_KEY": contract.KEY}
    return outcomes("e2e/rules.test.mjs", **environment)


@pytest.mark.parametrize("name", names_of("e2e/rules.test.mjs"))
def test_rules_on_a_live_server(rules, name):
    rules.must_pass(name)


def test_its_example_shows_the_loop(server, programs):
    contract.the_loop_is_shown(server, programs.shop)


def test_an_error_names_the_field(server, programs):
    contract.an_error_names_the_field(server, programs.shop)


def test_a_wrong_key_is_refused(server, programs):
    contract.a_wrong_key_is_refused(server, programs.shop)


def test_a_restart_in_the_middle_of_buffered_feedback_loses_nothing(server, programs):
    contract.a_restart_loses_nothing(server, programs.pipe)


ASKS = """
import { Client } from "headwater/node";
const client = new Client(process.env.HEADWATER_TARGET, { key: process.env.HEADWATER_KEY });
for await (const line of process.stdin.setEncoding("utf8")) {
  console.log((await client.recommend("v", { timeoutMs: 20_000 })).policy);
}
"""


@pytest.mark.parametrize(
    "end", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=pytest.mark.thorough)]
)
def test_a_process_that_slept_while_the_server_restarted_is_answered(server, programs, end):
    """What the connection has to say arrives in one go, in the middle of the next call."""
    asks = subprocess.Popen(
        ["node", "--input-type=module", "--eval", ASKS],
        cwd=NODE,  # a package may import itself by its name
        env=server.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert answered(asks)
        asks.send_signal(signal.SIGSTOP)
        server.end(end)
        server.start()
        asks.stdin.write("again\n")
        asks.stdin.flush()
        asks.send_signal(signal.SIGCONT)
        assert asks.stdout.readline().strip()
        assert answered(asks)
    finally:
        asks.kill()
        asks.communicate()


def answered(asks: subprocess.Popen[str]) -> str:
    asks.stdin.write("ask\n")
    asks.stdin.flush()
    return asks.stdout.readline().strip()


def test_a_server_on_this_machine_is_asked_without_a_proxy(server, programs):
    contract.no_proxy_is_asked(server, programs.shop)


@pytest.mark.thorough
def test_a_silent_connection_is_replaced(server, programs):
    contract.a_silent_line_is_replaced(server, programs.pipe)

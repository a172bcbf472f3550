"""The Java client: formatted, built, and tested on a real server, which dies in between."""

from __future__ import annotations

import zipfile

import pytest

from tests.system import client_contract as contract
from tests.system.client_programs import JAVA, java_programs, run

pytestmark = pytest.mark.timeout(600)  # a fresh machine downloads and builds first


@pytest.fixture(scope="module")
def programs():
    return java_programs()


def test_its_sources_jar_holds_the_source_of_every_class_the_stubs_too(programs):
    sources = next((JAVA / "target").glob("headwater-*-sources.jar"))
    jar = sources.with_name(sources.name.replace("-sources", ""))
    classes = {name for name in names(jar, ".class") if "$" not in name}
    assert "io/headwater/v1/RecommendRequest" in classes
    assert names(sources, ".java") == classes


def names(jar, suffix):
    with zipfile.ZipFile(jar) as archive:
        entries = archive.namelist()
    return {name.removesuffix(suffix) for name in entries if name.endswith(suffix)}


@pytest.fixture(scope="module")
def server(programs, tmp_path_factory):
    with contract.live_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.mark.thorough
def test_its_own_tests_pass_none_of_them_skipped(server):
    environment = {"HEADWATER_TARGET": server.address, "HEADWATER_KEY": contract.KEY}
    run(JAVA, "mvn", "-q", "-B", "surefire:test", **environment)
    reports = [path.read_text() for path in (JAVA / "target" / "surefire-reports").glob("*.txt")]
    assert len(reports) == len([*JAVA.glob("src/test/java/**/*Test.java")])
    assert all("Failures: 0, Errors: 0, Skipped: 0," in report for report in reports)


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


FORGETFUL = """
import io.headwater.*;

public final class Forgetful {
  public static void main(String[] arguments) throws InterruptedException {
    FeedbackBuffer buffer =
        HeadwaterClient.connect(System.getenv("HEADWATER_TARGET"))
            .key(System.getenv("HEADWATER_KEY"))
            .build()
            .feedbackBuffer()
            .interval(java.time.Duration.ofHours(1))
            .build();
    for (int n = 0; n < 20; n++) {
      buffer.add(Events.of("click", "forgetful-" + n, "boots").build());
    }
  }
}
"""


def test_a_program_that_ends_without_a_close_sends_what_is_left(server, programs, tmp_path):
    before = server.learned()
    source = tmp_path / "Forgetful.java"
    source.write_text(FORGETFUL)
    done = contract.shop(server, [*programs.shop[:-1], str(source)])
    assert (done.returncode, done.stderr) == (0, "")
    assert server.learned() == before + 20

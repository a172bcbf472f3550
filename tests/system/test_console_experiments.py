"""Experiments and policies in the console: real visits, read and ended in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headwater import Client, ExperimentReport, ExperimentState
from tests.integration.gateway_server import KEY, READ_KEY, GatewayServer, gateway_server
from tests.system.console_browser import need_console, play
from tests.system.console_shop import (
    PROBLEM,
    open_experiments,
    publish_evaluations,
    run_shadow,
)

EVALUATIONS = 7
MINUS = "\u2212"
METRICS = ["Visitors who act", "Acts per", "Reward per", "Purchases per", "Revenue per"]

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@dataclass(frozen=True)
class Shown:
    """A server with experiments behind its gateway."""

    server: GatewayServer
    data_dir: Path

    def play(self, scenario: str, *arguments: str, key: str = KEY) -> Any:
        """Run a scenario of `web/console/e2e/experiments.mjs`; return what the page showed."""
        seen = play(self.server.url, scenario, key, *arguments)
        assert seen["complaints"] == []
        assert seen.get("phone", {"axe": [], "tooWide": False}) == {
            "axe": [],
            "tooWide": False,
        }
        return seen


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Iterator[Shown]:
    need_console()
    with gateway_server(tmp_path_factory) as server:
        with Client(server.address, key=KEY) as shop:
            open_experiments(shop)
        yield Shown(server, server.data_dir)


@pytest.fixture
def client(shown) -> Iterator[Client]:
    with Client(shown.server.address, key=KEY) as connected:
        yield connected


def signed(value: float) -> str:
    """A relative change as the console writes it."""
    shown = f"{100 * abs(value):.{1 if abs(value) < 0.1 else 0}f} %"
    return f"{'+' if value > 0 else MINUS}{shown}"


def change(report: ExperimentReport, arm: int, metric: str) -> str:
    """The relative change of an arm's metric with its interval, as the console writes it."""
    [one] = [one for one in report.arms[arm].metrics if one.metric == metric]
    return f"{signed(one.relative)} ({signed(one.relative_low)} to {signed(one.relative_high)})"


def test_the_list_has_the_verdict_and_the_interval_of_each_experiment(shown, client):
    seen = shown.play("experiments")
    rows = {row[0].split()[0]: row for row in seen["rows"]}
    assert seen["card"] == f"{len(rows)} experiments"
    assert set(rows) == {one.experiment_id for one in client.list_experiments()}
    bolder = client.get_experiment_report("bolder")
    visitors = sum(arm.visitors for arm in bolder.arms)
    assert rows["bolder"][1:5] == [
        "Better than the control",
        f"{change(bolder, 1, 'act_rate')} bold",
        str(visitors),
        "control, bold",
    ]
    assert rows["bolder"][0] == "bolder Visitors who act, home, 100 % of visitors"
    assert rows["varying"][1] == "Guard rail crossed"
    assert rows["leaking"][1:3] == ["Figures are void", ""]  # no figure beside it
    assert rows["next-week"][1:3] == ["Not started", "not known yet"]
    states = [row[5].split()[0] for row in seen["rows"]]
    assert states == sorted(states, key=["running", "scheduled", "stopped"].index)


def test_a_better_arm_is_shown_with_all_of_its_figures(shown, client):
    seen = shown.play("experiment", "bolder", "experiment")
    report = client.get_experiment_report("bolder")
    control, bold = report.arms
    assert seen["question"].startswith("Compares bold with control, on home, for 100 % of visitors")
    assert seen["verdict"].startswith("Better than the control")
    act_rate = change(report, 1, "act_rate")
    assert seen["facts"]["bold"] == f"{act_rate} Better than the control"
    assert seen["facts"]["Visitors to go"] == "none: the result is there"
    assert "Nothing stops it" in seen["promotion"]
    assert [row[0] for row in seen["arms"]] == ["control", "bold"]
    assert [row[3] for row in seen["arms"]] == [str(control.visitors), str(bold.visitors)]
    mean = bold.metrics[0].mean
    assert seen["arms"][1][4].startswith(f"{100 * mean:.2f} % ± ")
    assert seen["metrics"][0][0].startswith("Visitors who act decides")
    assert [row[1] for row in seen["metrics"]] == [
        change(report, 1, one.metric) for one in bold.metrics
    ]
    assert seen["split"].strip().startswith("As planned")
    assert seen["guardRails"] == [
        [
            "Purchases per visitor",
            "bold",
            f"down to {MINUS}50 %",
            change(report, 1, "purchases"),
            "kept",
        ]
    ]
    assert seen["alarms"] == []


def test_the_interval_is_drawn_over_time_and_is_a_table_too(shown, client):
    seen = shown.play("experiment", "bolder")
    report = client.get_experiment_report("bolder")
    first = report.looks[0]
    assert first.low is not None
    assert len(seen["looks"]) in {len(report.looks), len(report.looks) + 1}  # and the present
    oldest = seen["looks"][-1]
    assert oldest[1] == str(first.visitors)
    assert oldest[2].endswith(f"{100 * abs(first.difference):.2f} points")
    assert f"{100 * abs(first.high):.2f} points" in oldest[3]
    newest = report.arms[1].metrics[0]
    assert seen["chart"] == (
        "Visitors who act, bold against the control. Now: "
        f"difference +{100 * newest.difference:.2f} points, "
        f"upper end +{100 * newest.high:.2f} points, lower end +{100 * newest.low:.2f} points."
    )


def test_a_crossed_guard_rail_is_said_with_its_reason(shown, client):
    seen = shown.play("experiment", "varying")
    report = client.get_experiment_report("varying")
    assert seen["verdict"].startswith("Guard rail crossed")
    [rail] = seen["guardRails"]
    assert rail[:4] == [
        "Purchases per visitor",
        "varied",
        f"down to {MINUS}5.0 %",
        change(report, 1, "purchases"),
    ]
    assert rail[4].startswith("crossed The arm was closed")
    assert rail[4].endswith(report.arms[1].close_reason)
    assert "The arm was closed: guard rail crossed: purchases" in seen["promotion"]
    assert seen["arms"][1][5].startswith("closed ")


def test_a_wrong_split_of_visitors_is_an_alarm_that_says_what_to_check(shown, client):
    seen = shown.play("experiment", "leaking")
    assert client.get_experiment_report("leaking").sample_ratio.alarm
    assert seen["verdict"].startswith("Figures are void")
    [alarm] = seen["alarms"]
    assert alarm.startswith("The split is not as planned")
    assert "impression events" in alarm
    assert "sampled" not in seen["facts"]  # no figure that cannot be trusted
    assert seen["text"].index("The split is not as planned") < seen["text"].index("Result so far")
    assert "Split of visitors: the arms do not have the share" in seen["promotion"]


def test_a_key_that_only_looks_finds_the_buttons_disabled_and_the_reason(shown):
    seen = shown.play("onlyLooking", "bolder", key=READ_KEY)
    names = ["Stop experiment", "Promote bold", "Close arm bold"]
    assert seen["buttons"] == [[name, True] for name in names]
    assert seen["notice"].startswith("Your key may only look.")
    assert "scopes=read+experiments" in seen["notice"]


def test_a_better_arm_is_promoted_and_taken_back(shown, client):
    before = settings_in_force(client)
    seen = shown.play("promoting", "warmer", "warm", "warm")
    assert seen["focus"] == "Promote warm"  # Escape closes the dialog, and gives the focus back
    assert "exploration_temperature\n0.4" in seen["asked"]
    assert "The experiment warmer ends" in seen["asked"]
    assert seen["done"] == "The policy warm is in force for all visitors."
    assert "warm promoted" in seen["after"]
    [promoted] = seen["stack"]
    assert promoted[:3] == ["warm", "exploration_temperature 0.4", "experiment warmer, arm warm"]
    assert promoted[4] == "Roll back warm"
    [in_force] = seen["inForce"]
    assert in_force[1:] == ["0.4", "warm"]
    assert "warm promoted" in [row[0] for row in seen["policies"]]
    back = seen["rolledBack"]
    assert back["needsReason"] is True
    assert "exploration_temperature: 0.4 → the setting" in back["asked"]
    assert "Nothing is promoted" in back["left"]
    assert settings_in_force(client) == before
    ended = client.get_experiment("warmer")
    assert (ended.state, ended.winner_arm_id) == (ExperimentState.STOPPED, "warm")


def settings_in_force(client: Client) -> dict[str, str]:
    return {one.name: one.value for one in client.list_settings_changes().settings}


def test_what_came_between_is_said_and_the_last_arm_ends_the_experiment(shown, client):
    seen = shown.play("tooLate", "ruling", "ruled", "unruled")
    assert seen["status"] == 200
    assert seen["refused"].startswith("Nothing was changed.")
    assert "too many returns" in seen["refused"]
    assert "It is the last open arm" in seen["asked"]
    assert list(client.list_promotions()) == []
    ended = client.get_experiment("ruling")
    assert ended.state is ExperimentState.STOPPED
    reasons = [arm.close_reason for arm in ended.arms[1:]]
    assert reasons == ["too many returns", "the first one is gone"]
    assert [row[5].split()[0] for row in seen["arms"]] == ["open", "closed", "closed"]
    assert seen["stopButtons"] == 0


def test_an_experiment_without_visitors_is_in_words_and_stopped_by_the_keyboard(shown, client):
    seen = shown.play("stopping", "basket")
    before = seen["before"]
    assert before["verdict"].startswith("Too few visitors yet")
    assert [row[1] for row in before["metrics"]] == ["not known yet"] * len(METRICS)
    assert "The line begins at the second look" in before["text"]
    assert "Nobody has seen a list of the experiment yet." in before["text"]
    assert "This cannot be undone" in seen["asked"]
    assert seen["focused"] == "The experiment basket is stopped."
    assert "the season is over" in seen["setup"]
    stopped = client.get_experiment("basket")
    assert (stopped.state, stopped.stop_reason) == (ExperimentState.STOPPED, "the season is over")


def test_a_shadow_is_shown_with_its_figures_and_one_that_stopped_says_so(shown):
    report = run_shadow(shown.data_dir)
    seen = shown.play("shadows")
    once, running, stopped = seen["seen"]
    assert once["name"].startswith("dear one run,")
    assert "It learns in its own way" in once["text"]
    assert "In brackets: the interval that contains the true value" in once["text"]
    assert running["name"].startswith("fresh running, reported")
    assert stopped["name"].startswith("old stopped 3 h")
    assert "not enough overlap" in stopped["text"]
    assert PROBLEM in stopped["text"]
    assert "An experiment answers it, with about 12,400 visitors" in stopped["text"]
    rows = {row[0].split("share")[0].strip(): row for row in seen["tables"][0]}
    top = report["shadow"]["agreement"]["top_item"]
    low, high = (f"{100 * end:.1f} %" for end in top["interval"])
    assert rows["Same first item"][1] == f"{100 * top['value']:.1f} % ({low} to {high})"
    hits = next(one for one in report["shadow"]["quality"] if one["name"] == "hit_rate_at_20")
    ends = [f"{100 * end:.1f} %" for end in hits["shadow_interval"] or ()]
    interval = f"({ends[0]} to {ends[1]})" if ends else "no interval yet"
    assert rows["Hit rate at 20"][1] == f"{100 * hits['shadow']:.1f} % {interval}"
    assert "dear.shadow" not in seen["others"]


def test_evaluations_come_page_by_page_with_the_refusal_in_words(shown):
    publish_evaluations(shown.data_dir, EVALUATIONS)
    seen = shown.play("evaluations")
    assert 2 <= seen["first"] <= 5  # of five reports, at most three are of shadows
    assert seen["names"] == [f"run-{n}" for n in reversed(range(EVALUATIONS))]
    champion, warm, random = seen["rows"]
    assert champion[:3] == [
        "champion what visitors were shown",
        "as it was",
        "44.50 % (43.00 % to 46.00 %)",
    ]
    assert warm[1:4] == ["better", "47.10 % (at least 45.20 %)", "68 %"]
    assert random[1:4] == ["not enough overlap", "not known", "4.1 % lists need 30 %"]
    assert PROBLEM in random[4]
    assert "An experiment answers it, with about 12,400 visitors" in random[4]

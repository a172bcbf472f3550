"""A plan follows from the costs: more work never needs less, and every figure adds up."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.planning.costs import BadCosts, Costs, read_costs
from headwater_server.planning.demand import RANGES, BadDemand, Demand
from headwater_server.planning.plan import plan_of
from headwater_server.planning.sizes import feedback_us
from headwater_server.planning.stages import LOG_SHARE_MAX, with_sparse_ranker

COSTS = read_costs().costs
SMALL = Demand(10_000, 100_000, 10.0, 10.0)
ARGUMENTS = ["--items", "10000", "--visitors", "100000", "--events-per-second", "10"]
ARGUMENTS += ["--recommends-per-second", "10"]
DEMANDS = st.builds(
    Demand,
    items=st.integers(1, 10**7),
    visitors=st.integers(1, 10**9),
    events_per_second=st.floats(0, 50_000),
    recommends_per_second=st.floats(0, 50_000),
    days_kept=st.floats(0.1, 30),
    peak=st.floats(1, 10),
    events_per_call=st.floats(1, 1000),
    redundant=st.booleans(),
)


def run(*arguments: str):
    return CliRunner().invoke(commands, ["plan", *arguments])


def test_every_cost_says_which_benchmark_measured_it_at_which_commit_and_when():
    measured = read_costs()
    assert measured.sources.keys() == {field.name for field in fields(Costs)}
    for source in measured.sources.values():
        part, commit, date = source.rsplit(", ", 2)
        assert part
        assert len(commit.removesuffix("-dirty")) >= 7
        assert len(date.split("-")) == 3


@given(DEMANDS)
def test_servers_carry_the_calls_and_fit_their_machines(demand):
    plan = plan_of(demand, COSTS)
    fleet = plan.fleet
    assert 0 <= fleet.load <= 1 + 1e-9
    assert 1 <= fleet.machines <= fleet.servers or fleet.stage == "D"
    assert (fleet.stage in "AB") == (fleet.machines == 1)
    assert (fleet.servers == 1) == (fleet.stage == "A")
    if fleet.stage != "D":
        paid = COSTS if fleet.ranker_every == 1 else with_sparse_ranker(COSTS)
        taking = demand.peak_events * (feedback_us(demand, paid) - paid.learn_us)
        everything = taking + demand.peak_recommends * paid.recommend_us
        given_us = fleet.servers * 1e6 * (demand.core_share - fleet.server.learning)
        assert everything <= given_us * (1 + 1e-9)
        assert fleet.server.memory_bytes <= 0.8e9 * demand.memory_gb
        assert not demand.redundant or fleet.machines >= 2


@given(DEMANDS, st.sampled_from(["events_per_second", "recommends_per_second", "visitors"]))
def test_more_of_anything_never_needs_a_smaller_stage_or_fewer_machines(demand, name):
    more = replace(demand, **{name: min(RANGES[name][1], 2 * getattr(demand, name))})
    before, after = plan_of(demand, COSTS).fleet, plan_of(more, COSTS).fleet
    assert before.stage <= after.stage
    if before.stage == after.stage and before.ranker_every == after.ranker_every:
        # a spare of one machine in three is less than one in two, so this is about machines
        assert before.machines <= after.machines
        assert demand.redundant or before.servers <= after.servers


@given(DEMANDS)
def test_a_redundant_fleet_carries_everything_without_one_machine(demand):
    wanted, alone = (plan_of(replace(demand, redundant=one), COSTS) for one in (True, False))
    if wanted.fleet.stage == "C":
        on_one = math.ceil(wanted.fleet.servers / wanted.fleet.machines)
        least = 1 if alone.fleet.stage == "A" else alone.fleet.servers
        assert wanted.fleet.servers - on_one >= least


def test_the_end_of_one_log_is_where_its_events_fill_one_thread():
    most = LOG_SHARE_MAX * SMALL.core_share * 1e6 / COSTS.learn_us / SMALL.peak
    last = plan_of(replace(SMALL, events_per_second=0.99 * most), COSTS).fleet
    beyond = plan_of(replace(SMALL, events_per_second=1.01 * most), COSTS).fleet
    assert (last.ranker_every, beyond.ranker_every) == (1, 4)
    far = plan_of(replace(SMALL, events_per_second=2 * most), COSTS).fleet
    assert far.stage == "D"
    assert "one log cannot carry it" in far.reasons[0]
    assert "with ranker_every 4" in far.reasons[1]


def test_a_state_that_no_machine_holds_needs_partitions_and_the_reason_says_it():
    fleet = plan_of(replace(SMALL, visitors=10**9), COSTS).fleet
    assert fleet.stage == "D"
    assert "one server needs" in fleet.reasons[0]


def test_a_log_that_is_too_large_for_memory_goes_to_kafka():
    large = replace(SMALL, events_per_second=500.0, days_kept=30.0)
    assert plan_of(SMALL, COSTS).store.kind == "embedded Valkey"
    assert plan_of(large, COSTS).store.kind == "Kafka"
    redundant = plan_of(replace(SMALL, redundant=True), COSTS).store
    assert (redundant.kind[:5], redundant.nodes) == ("Redis", 3)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--items", "0"),
        ("--visitors", "-1"),
        ("--events-per-second", "nan"),
        ("--recommends-per-second", "-3"),
        ("--days-kept", "0"),
        ("--peak", "0.5"),
        ("--core-share", "1.5"),
        ("--cores", "1"),
    ],
)
def test_numbers_that_no_shop_has_are_refused_with_flag_and_range(flag, value):
    done = run(*ARGUMENTS, flag, value)
    assert done.exit_code == 2
    assert f"{flag} " in done.output
    assert "must lie between" in done.output


def test_the_table_and_the_json_say_the_same():
    table, plain = run(*ARGUMENTS), json.loads(run(*ARGUMENTS, "--json").output)
    assert table.exit_code == 0
    assert table.output.startswith(f"stage {plain['fleet']['stage']}: ")
    assert f"{plain['fleet']['servers']} on {plain['fleet']['machines']} machine" in table.output
    assert f"{plain['event_us']:,.0f} us of all servers" in table.output
    assert plain["sources"] == read_costs().sources
    assert plain["demand"]["items"] == 10_000


def test_costs_of_another_machine_change_the_plan(tmp_path):
    file = tmp_path / "costs.json"
    file.write_text(json.dumps({"costs": {"recommend_us": 1e5}}))
    slow = json.loads(run(*ARGUMENTS, "--json", "--costs", str(file)).output)
    assert slow["fleet"]["servers"] > 1
    assert slow["sources"]["recommend_us"] == "given"
    assert slow["sources"]["learn_us"] == read_costs().sources["learn_us"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "costs.json: "),
        ("[]", 'an object {"costs": {…}} was expected'),
        ('{"costs": {"learnus": 1}}', "costs.learnus: there is no such cost"),
        ('{"costs": {"learn_us": "fast"}}', "costs.learn_us: write a number"),
        ('{"costs": {"learn_us": NaN}}', "costs.learn_us: write a number"),
        ('{"costs": {"learn_us": {"value": 0}}}', "costs.learn_us = 0: must be greater than 0"),
        ('{"costs": {"snapshot_share": 2}}', "costs.snapshot_share = 2: must be greater than 0"),
    ],
)
def test_a_file_of_costs_that_cannot_be_used_is_refused_by_its_place(tmp_path, text, says):
    file = tmp_path / "costs.json"
    file.write_text(text)
    with pytest.raises(BadCosts) as refused:
        read_costs(file)
    assert says in str(refused.value)
    done = run(*ARGUMENTS, "--costs", str(file))
    assert (done.exit_code, "Traceback" in done.output) == (2, False)
    assert run(*ARGUMENTS, "--costs", str(tmp_path / "none")).exit_code == 2


def test_a_demand_checks_itself():
    with pytest.raises(BadDemand, match="--items 0: must lie between 1 and"):
        Demand(0, 1, 1, 1)

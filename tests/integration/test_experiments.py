"""Policies and experiments through a real server: from the first write to a rollback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headwater import (
    AlreadyExistsError,
    ArmAssignment,
    ExperimentArm,
    ExperimentState,
    ExperimentVerdict,
    FailedPreconditionError,
    HeadwaterError,
    InvalidRequestError,
    NotFoundError,
    Policy,
    ReportReference,
)
from headwater_server.engine.engine import Engine
from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.storage.storage import Storage
from tests.integration.experiment_shop import ARMS, WARM, experiment, running, shop, visit
from tests.integration.replicas import folded_digest

PROOF = ReportReference("warmer", "warm")
THREE = (*ARMS, ExperimentArm("third"))
FORCED = {"require_report": PROOF, "force": "we like it"}


async def test_an_experiment_is_what_was_written_with_every_default(storage: Storage) -> None:
    async with shop(storage) as client:
        await client.upsert_policy(WARM)
        answer = await client.create_experiment(experiment())
        found = await client.get_experiment("warmer", min_offset=answer.offset)
        assert found == answer.experiment
        assert (found.layer, found.salt, found.share, found.level) == ("default", "warmer", 1, 0.95)
        assert [(arm.arm_id, arm.policy_id, arm.weight) for arm in found.arms] == [
            ("control", "", 0.5),
            ("warm", "warm", 0.5),
        ]
        assert found.state is ExperimentState.RUNNING
        assert found.layer_ranges == ((0.0, 1.0),)
        assert found.create_time is not None
        [policy] = [one async for one in client.list_policies()]
        assert (policy.overrides, policy.experiment_ids) == (WARM.overrides, ("warmer",))


async def test_a_list_says_its_arms_and_assign_arms_says_the_same(storage: Storage) -> None:
    async with running(storage) as client:
        seen = set()
        for n in range(40):
            slate = await client.recommend(f"visitor {n}", placement="home")
            assert slate.arms == await client.assign_arms(f"visitor {n}", placement="home")
            seen |= set(slate.arms)
            elsewhere = await client.recommend(f"visitor {n}", placement="basket")
            assert elsewhere.arms == await client.assign_arms(f"visitor {n}", placement="basket")
            assert elsewhere.arms == ()
        assert seen == {ArmAssignment("warmer", arm.arm_id) for arm in ARMS}


async def test_who_is_shown_a_list_counts_for_its_arm(storage: Storage) -> None:
    async with running(storage) as client:
        for n in range(30):
            offset = await visit(client, f"visitor {n}", acts=n % 3 == 0)
        await visit(client, "elsewhere", acts=True, placement="basket")
        await client.recommend("never shown", placement="home")
        report = await client.get_experiment_report("warmer", min_offset=offset)
        assert sum(arm.visitors for arm in report.arms) == 30
        for arm in report.arms:
            place = [n for n in range(30) if await _arm_of(client, n) == arm.arm_id]
            assert arm.visitors == len(place)
            means = {one.metric: one.mean for one in arm.metrics}
            assert means["act_rate"] == pytest.approx(sum(n % 3 == 0 for n in place) / len(place))
        assert report.verdict is not ExperimentVerdict.BETTER
        (listed,) = [one async for one in client.list_experiments()]
        assert listed.verdict is report.experiment.verdict is report.verdict is not None
        assert report.experiment.experiment_id == "warmer"
        assert len(report.digest) == 32


async def _arm_of(client, n: int) -> str:
    [arm] = await client.assign_arms(f"visitor {n}")
    return arm.arm_id


async def test_a_policy_is_in_force_after_its_promotion_and_not_after_the_rollback(
    storage: Storage,
) -> None:
    async with running(storage) as client:
        before = await _epsilon(client)
        await client.upsert_policy(Policy("bold", {"exploration_epsilon": 0.5}))
        promoted = await client.promote_policy("bold", force="we know it")
        assert promoted.promotion.force_reason == "we know it"
        assert promoted.promotion.report is None
        assert await _epsilon(client) == "0.5"
        assert [one.policy_id for one in await client.list_promotions()] == ["bold"]
        back = await client.rollback_policy("bold", reason="a test")
        assert back.promotions == ()
        assert await _epsilon(client) == before
        digest = (await client.get_model(compute_digest=True)).digest
    assert await folded_digest(storage, Engine) == digest


async def _epsilon(client) -> str:
    settings = (await client.list_settings_changes()).settings
    return next(one.value for one in settings if one.name == "exploration_epsilon")


async def test_a_write_whose_answer_was_lost_may_be_sent_again(storage: Storage) -> None:
    """The second time nothing is put on the log, and the answer is the same."""
    async with shop(storage) as client:
        writes = [
            lambda: client.upsert_policy(WARM),
            lambda: client.create_experiment(experiment(arms=THREE)),
            lambda: client.stop_experiment("warmer", arm_id="third", reason="first"),
            lambda: client.stop_experiment("warmer", reason="first"),
            lambda: client.promote_policy("warm", **FORCED),
            lambda: client.rollback_policy("warm"),
        ]
        for write in writes:
            first = await write()
            head = (await client.get_model()).counts["log_entries"]
            again = await write()
            assert again == first
            assert (await client.get_model()).counts["log_entries"] == head
        stopped = await client.stop_experiment("warmer", reason="another reason")
        assert stopped.experiment.stop_reason == "first"


FORBIDDEN = {
    "the policy answers": (
        lambda c: c.upsert_policy(Policy("warm", {"exploration_temperature": 0.9})),
        "warmer",
    ),
    "nothing proves it": (
        lambda c: c.promote_policy("warm", require_report=PROOF),
        "100 or more",
    ),
    "it was never promoted": (lambda c: c.rollback_policy("warm"), "nothing is promoted"),
    "a baseline was never promoted": (
        lambda c: c.rollback_policy("popular"),
        "nothing is promoted",
    ),
    "its end is over": (
        lambda c: c.create_experiment(
            experiment("late", layer="late", end_time=datetime(2020, 1, 1, tzinfo=UTC))
        ),
        "end_time",
    ),
    "another offset": (
        lambda c: c.get_experiment_report("warmer", as_of="1-0"),
        "headwater experiment report warmer --as-of 1-0",
    ),
}


@pytest.mark.parametrize("case", FORBIDDEN)
async def test_what_the_state_forbids_is_said_condition_by_condition(
    storage: Storage, case: str
) -> None:
    ask, says = FORBIDDEN[case]
    async with running(storage) as client:
        before = (await client.get_model(compute_digest=True)).digest
        with pytest.raises(FailedPreconditionError, match=says) as caught:
            await ask(client)
        assert any(says in condition for condition in caught.value.conditions)
        assert (await client.get_model(compute_digest=True)).digest == before


UNKNOWN = {
    "policy": lambda c: c.promote_policy("nobody", force="x"),
    "policy to roll back": lambda c: c.rollback_policy("nobody"),
    "policy of an arm": lambda c: c.create_experiment(
        experiment("second", arms=(ARMS[0], ExperimentArm("b", "nobody")))
    ),
    "experiment": lambda c: c.get_experiment("nobody"),
    "experiment of a report": lambda c: c.get_experiment_report("nobody"),
    "experiment to stop": lambda c: c.stop_experiment("nobody", reason="x"),
    "experiment of a proof": lambda c: c.promote_policy(
        "warm", require_report=ReportReference("nobody", "warm")
    ),
    "arm": lambda c: c.stop_experiment("warmer", arm_id="nobody", reason="x"),
    "arm of a proof": lambda c: c.promote_policy(
        "warm", require_report=ReportReference("warmer", "nobody")
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
async def test_an_unknown_name_is_not_found(storage: Storage, case: str) -> None:
    async with running(storage) as client:
        with pytest.raises(NotFoundError, match="'nobody' is not known"):
            await UNKNOWN[case](client)


async def test_an_id_is_for_one_experiment(storage: Storage) -> None:
    async with running(storage) as client:
        with pytest.raises(AlreadyExistsError, match=r"'warmer' is used already.*placements"):
            await client.create_experiment(experiment(placements=("basket",)))
        later = datetime(2100, 1, 1, tzinfo=UTC)
        changed = await client.create_experiment(experiment(end_time=later))
        assert changed.experiment.end_time == later  # may change while it runs
        assert changed.experiment.placements == ("home",)


async def test_a_promotion_needs_a_report_or_a_reason(storage: Storage) -> None:
    async with running(storage) as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.promote_policy("warm", force="  ")
        assert caught.value.field == "require_report"
        with pytest.raises(InvalidRequestError) as caught:
            await client.promote_policy(
                "warm", require_report=ReportReference("warmer", "control"), force="x"
            )
        assert caught.value.field == "arm_id"
        answer = await client.promote_policy("warm", **FORCED)
        assert answer.promotion.report == PROOF
        assert len(answer.promotion.report_digest) == 32


async def test_the_control_is_never_closed(storage: Storage) -> None:
    async with shop(storage) as client:
        await client.upsert_policy(WARM)
        await client.create_experiment(experiment(arms=THREE))
        with pytest.raises(InvalidRequestError, match="control"):
            await client.stop_experiment("warmer", arm_id="control", reason="x")
        closed = await client.stop_experiment("warmer", arm_id="third", reason="too slow")
        assert closed.experiment.arms[2].close_reason == "too slow"
        assert closed.experiment.state is ExperimentState.RUNNING
        last = await client.stop_experiment("warmer", arm_id="warm", reason="too warm")
        assert last.experiment.state is ExperimentState.STOPPED  # nothing is left to compare


async def test_what_one_replica_wrote_another_knows_at_once(storage: Storage) -> None:
    async with shop(storage) as one, shop(storage) as other:
        for n in range(5):
            await one.upsert_policy(Policy(f"p{n}", {"diversity": "low"}))
            arms = (ARMS[0], ExperimentArm("b", f"p{n}"))
            await other.create_experiment(experiment(f"e{n}", arms=arms, share=0.2))


async def test_lists_come_page_by_page(storage: Storage) -> None:
    async with shop(storage) as client:
        names = [f"p{n}" for n in range(7)]
        for name in reversed(names):
            await client.upsert_policy(Policy(name, {"diversity": "low"}))
        channel_pages = [one.policy_id async for one in client.list_policies()]
        assert channel_pages == names


async def test_evaluations_are_listed_newest_first(storage: Storage) -> None:
    report = (
        '{"metric": "act_rate", "placement": "home", "from_offset": "1-0", "until_offset": "9-0", '
        '"level": 0.95, "policies": [{"policy": "warm", "verdict": "better", "value": 0.4, '
        '"interval": [0.3, null], "effective_share": 0.7, "visitors_needed": null, '
        '"problems": ["too few lists"]}]}'
    )
    async with shop(storage) as client:
        for n in range(3):
            await storage.evaluations.put(StoredEvaluation(f"run-{n}", 1_000 + n, report))
        found = [one async for one in client.list_evaluations()]
        assert [one.evaluation_id for one in found] == ["run-2", "run-1", "run-0"]
        [policy] = found[0].policies
        assert (policy.policy_id, policy.value, policy.low, policy.high) == ("warm", 0.4, 0.3, None)
        assert policy.problems == ("too few lists",)
        assert found[0].report_json == report
        short = [one async for one in client.list_evaluations(full=False)]
        assert short == [replace(one, report_json="") for one in found]


async def test_a_report_of_this_very_state(storage: Storage) -> None:
    async with running(storage) as client:
        offset = await visit(client, "ann", acts=True)
        report = await client.get_experiment_report("warmer", as_of=offset, min_offset=offset)
        assert report.offset == offset
        with pytest.raises(HeadwaterError, match="min_offset is beyond the end of the log"):
            await client.get_experiment_report("warmer", min_offset="9999999999999-0")

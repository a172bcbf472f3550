"""ExperimentService: defaults, bounds, and what is left out of answers that would be too large."""

from __future__ import annotations

import json
import math

import pytest

from headwater.v1 import experiment_pb2, policy_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.experiments import creating, evaluations, policies, reports
from headwater_server.engine.experiments import reports as engine
from headwater_server.engine.experiments.reports import PolicyView, PromotedPolicy
from headwater_server.engine.messages.experiments import Experiment, ExperimentArm
from headwater_server.errors import InvalidRequest
from headwater_server.replica.experiments.answers import PoliciesAnswer, ReportAnswer
from headwater_server.replica.ports.evaluations import StoredEvaluation


def asked(*weights: float, **fields: object) -> pb.CreateExperimentRequest:
    arms = [
        experiment_pb2.ExperimentArm(arm_id=f"arm-{n}", weight=weight)
        for n, weight in enumerate(weights)
    ]
    primary = experiment_pb2.PrimaryMetric(metric="act_rate")
    given = {"experiment_id": "e", "arms": arms, "primary": primary} | fields
    return pb.CreateExperimentRequest(experiment=experiment_pb2.Experiment(**given))


def test_weights_are_shares_whatever_their_unit() -> None:
    for weights, shares in (((3, 1), [0.75, 0.25]), ((0, 0), [0.5, 0.5]), ((0, 3), [0.25, 0.75])):
        write = creating.create_experiment_request(asked(*weights))
        assert [arm.weight for arm in write.experiment.arms] == pytest.approx(shares)


def test_what_is_not_given_is_the_engines_default() -> None:
    found = creating.create_experiment_request(asked(1, 1)).experiment
    usual = Experiment("e", found.arms, salt="e")
    assert found == usual


def test_a_report_of_every_field_is_translated_and_unknown_figures_stay_absent() -> None:
    arms = (ExperimentArm("a"), ExperimentArm("b", "p"))
    view = engine.ExperimentView(
        Experiment("e", arms), engine.RUNNING, 1_000, ranges=((0.0, 0.25), (0.5, 0.75))
    )
    figures = (
        engine.MetricOfArm("act_rate", 0.5),
        engine.MetricOfArm("act_rate", 0.25, 0.1, low=-0.0, verdict=engine.NO_DIFFERENCE),
    )
    report = engine.ExperimentReport(
        view=view,
        time_ms=5_000,
        arms=(
            engine.ArmReport("a", "", 7, figures[:1]),
            engine.ArmReport("b", "p", 8, figures[1:], engine.WORSE, 4_000, "too slow", ("no",)),
        ),
        sample_ratio=engine.SampleRatio(2.5),
        verdict=engine.TOO_FEW,
        level=0.975,
        looks=(engine.Look(2_000, "b", 9, None, None, 0.0),),
        notes=("a note",),
        digest="ab",
    )
    message = reports.get_experiment_report_response(ReportAnswer(report, "1-0")).report
    control, other = (arm.metrics[0] for arm in message.arms)
    assert not control.HasField("low")
    assert other.HasField("low")
    assert not other.HasField("high")
    assert not message.HasField("visitors_to_go")
    assert message.looks[0].HasField("high")
    assert not message.looks[0].HasField("low")
    assert [(one.start, one.end) for one in message.experiment.layer_ranges] == [
        (0.0, 0.25),
        (0.5, 0.75),
    ]
    assert message.arms[1].close_time.seconds == 4


@pytest.mark.parametrize("verdict", [name for name in reports.VERDICTS if name])
def test_every_verdict_of_the_engine_has_a_name(verdict: str) -> None:
    assert reports.VERDICTS[verdict] != 0


def test_a_policy_that_would_take_long_to_read_is_refused_before_it_is_read() -> None:
    policy = policy_pb2.Policy(policy_id="p")
    policy.overrides.update({"rules": [1] * 50_000})
    with pytest.raises(InvalidRequest, match=r"policy\.overrides has .* bytes"):
        policies.upsert_policy_request(pb.UpsertPolicyRequest(policy=policy))


def test_of_many_large_promotions_the_latest_keep_their_values() -> None:
    large = json.dumps({"rules": ["x" * 1_000]})
    promoted = [PromotedPolicy(f"p{n}", large) for n in range(10)]
    messages = list(policies.promotion_messages(promoted, 3_500))
    assert [one.policy_id for one in messages] == [f"p{n}" for n in range(9, -1, -1)]
    assert [bool(one.overrides.fields) for one in messages] == [True] * 3 + [False] * 7


def test_a_page_of_policies_ends_before_it_is_too_large() -> None:
    views = [PolicyView(f"p{n}", json.dumps({"rules": ["x" * 1_000]})) for n in range(6)]
    answer = PoliciesAnswer(views, [], "1-0")
    messages = list(policies.policy_messages(views))
    page = policies.list_policies_response(answer, 5, messages, [], 2_500)
    assert [one.policy_id for one in page.policies] == ["p0", "p1"]
    asked_next = pb.ListPoliciesRequest(page_token=page.next_page_token)
    assert policies.list_policies_request(asked_next) == ("p1", 50)


def test_a_view_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="view 7 is not known: write EVALUATION_VIEW_"):
        evaluations.list_evaluations_request(pb.ListEvaluationsRequest(view=7))  # type: ignore[arg-type]


def test_an_evaluation_of_an_older_build_is_listed_with_what_it_has() -> None:
    stored = [StoredEvaluation("run", 1_000, '{"policies": [{"policy": "p"}]}')]
    messages = list(evaluations.evaluation_messages(stored))
    page = evaluations.list_evaluations_response(stored, 10, messages)
    [one] = page.evaluations
    assert (one.evaluation_id, one.policies[0].policy_id) == ("run", "p")
    assert not one.policies[0].HasField("value")
    assert not page.next_page_token


def test_a_whole_number_of_a_policy_is_whole_although_a_struct_has_floats_only() -> None:
    policy = policy_pb2.Policy(policy_id="p")
    pin = {"name": "first", "kind": "pin", "slot": 1, "item_ids": ["a"]}
    policy.overrides.update({"rules": [pin], "exploration_epsilon": 1})
    write = policies.upsert_policy_request(pb.UpsertPolicyRequest(policy=policy))
    assert '"slot":1}' in write.overrides


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_does_not_have_is_named_with_its_place(bad: float) -> None:
    policy = policy_pb2.Policy(policy_id="p")
    policy.overrides.update({"rules": [{"slot": bad}]})
    with pytest.raises(InvalidRequest) as caught:
        policies.upsert_policy_request(pb.UpsertPolicyRequest(policy=policy))
    assert caught.value.field == "policy.overrides.rules[0].slot"


@pytest.mark.parametrize(
    ("overrides", "field", "says"),
    [
        ({"exploration_epsilon": "0.1"}, "exploration_epsilon", "is '0.1': must be a finite"),
        ({"diversity": {"a: b": 1}}, "diversity", "is {'a: b': 1}: write none, low"),
        ({"exploration_temperature": 1e300}, "exploration_temperature", "…: must lie between"),
        ({"diversity": "x" * 5_000}, "diversity", "…: write none, low"),
        ({"rules": [{"name": "a", "kind": "boost"}]}, "rules[0]", '"a": '),
        ({"rewards": {}}, "rewards", "changes what the state means: use a shadow"),
    ],
)
def test_an_error_names_the_field_alone_and_shows_little_of_the_value(
    overrides: dict[str, object], field: str, says: str
) -> None:
    policy = policy_pb2.Policy(policy_id="p")
    policy.overrides.update(overrides)
    with pytest.raises(InvalidRequest) as caught:
        policies.upsert_policy_request(pb.UpsertPolicyRequest(policy=policy))
    assert caught.value.field == f"policy.overrides.{field}"
    assert says in caught.value.problem
    assert len(caught.value.problem) < 200


@pytest.mark.parametrize("weights", [(1e-300, 1.0), (1.0, 1e-7), (1e-9, 1e9)])
def test_an_arm_that_nobody_would_be_in_is_refused(weights: tuple[float, float]) -> None:
    with pytest.raises(InvalidRequest, match=r"experiment\.arms\[\d\]\.weight is less than"):
        creating.create_experiment_request(asked(*weights))

"""Each field of each request, with what is wrong for it, through a real channel."""

from __future__ import annotations

from contextlib import asynccontextmanager

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2

from headwater.v1 import (
    audit_service_pb2,
    catalog_service_pb2,
    event_pb2,
    experiment_pb2,
    experiment_service_pb2,
    feedback_service_pb2,
    item_pb2,
    model_service_pb2,
    policy_pb2,
    recommendation_service_pb2,
    rule_pb2,
    rule_service_pb2,
    user_service_pb2,
    value_pb2,
)
from headwater_server.engine.engine import Engine
from tests.integration import bad_experiment_values, bad_rule_values, bad_values
from tests.integration.api_server import channel_to
from tests.integration.bad_values import QUARANTINED
from tests.integration.replicas import running_replica
from tests.integration.request_fields import walk
from tests.integration.waiting import PATIENCE_S

FILES = (
    recommendation_service_pb2,
    feedback_service_pb2,
    catalog_service_pb2,
    user_service_pb2,
    model_service_pb2,
    experiment_service_pb2,
    rule_service_pb2,
    audit_service_pb2,
)
REFUSED = bad_values.REFUSED | bad_experiment_values.REFUSED | bad_rule_values.REFUSED
UNBOUNDED = bad_values.UNBOUNDED | bad_experiment_values.UNBOUNDED | bad_rule_values.UNBOUNDED
METHODS = {
    method.name: method
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
OF_PERSONS = {"EndSession"}  # it has no field, and needs a session: test_sessions_ended.py
TIME = Timestamp(seconds=1_700_000_000)
FAR = Timestamp(seconds=4_000_000_000)
VALUES = {"k": value_pb2.Value(text="v")}


def key_of(place):
    return place.field.full_name.removeprefix("headwater.v1.")


def places(method):
    return list(walk(method.input_type))


def test_each_field_has_its_bad_values_or_is_said_to_have_none():
    """A new field, or a field that went, fails here."""
    found = {key_of(place) for method in METHODS.values() for place in places(method)}
    assert found == {*REFUSED, *QUARANTINED, *UNBOUNDED}
    assert not (UNBOUNDED & {*REFUSED, *QUARANTINED})


def good_rule_requests(newer):
    """Return the same of rules and the audit log."""
    rule = rule_pb2.Rule(
        name="lamp", filter="price < 5", pin=rule_pb2.PinRule(slot=1, item_ids=["a"]),
        start_time=TIME, end_time=FAR,
    )  # fmt: skip
    question = rule_service_pb2.RuleQuestion(visitor_id="v", filter="price < 5")
    drafts = {"drafts": [rule], "questions": [question], "preview_time": TIME}
    return {
        "ListRules": newer,
        "UpsertRule": {"rule": rule, "reason": "a test"},
        "DeleteRule": {"name": "lamp"},
        "ListRuleChanges": {"name": "lamp", **newer},
        "RestoreRule": {"name": "lamp", "to_revision": 1},
        "PreviewRules": {**drafts, **newer},
        "ListAuditEntries": newer,
    }


def good_operator_requests():
    """Return the same of what operators and analysts ask."""
    period = {"start_time": TIME, "end_time": FAR, "compare_start_time": TIME}
    period |= {"compare_end_time": FAR, "group_by": ["day"]}
    return {
        "ListVisitors": {},
        "GetModel": {"compute_digest": True},
        "GetMetrics": {},
        "ListMetricSamples": {"start_time": TIME, "names": ["reward"]},
        "GetServing": {},
        "ListReplicas": {},
        "ListQuarantinedEvents": {},
        "ReplayQuarantinedEvents": {"quarantine_ids": ["1-1"]},
        "DropQuarantinedEvents": {"quarantine_ids": ["1-1"]},
        "EndSession": {},
        "GetStorage": {},
        "ListSettingsChanges": {},
        "GetPerformance": period,
        "ListItemStatistics": {"filter": "price < 5"},
    }


def good_requests(token, offset):
    """Return a request of each kind that is answered, with every message in it set."""
    item = item_pb2.Item(item_id="a", features=VALUES, publish_time=TIME)
    event = event_pb2.Event(
        event_id="fresh", event_type="view", visitor_id="v", attribution_token=token,
        items=[event_pb2.EventItem(item_id="a")], context=VALUES, event_time=TIME,
    )  # fmt: skip
    user = user_service_pb2.User(user_id="u", features=VALUES)
    bold = policy_pb2.Policy(policy_id="bold")
    bold.overrides.update({"exploration_temperature": 0.4})
    arm = experiment_pb2.ExperimentArm
    first = experiment_pb2.Experiment(
        experiment_id="first", arms=[arm(arm_id="a", weight=1), arm(arm_id="b", policy_id="bold")],
        primary=experiment_pb2.PrimaryMetric(metric="acts"), placements=["home"], end_time=FAR,
        guard_rails=[experiment_pb2.GuardRail(metric="reward", worst_relative=-0.1)],
    )  # fmt: skip
    proof = policy_pb2.ReportReference(experiment_id="first", arm_id="b")
    newer = {"min_offset": offset}
    common = {"min_offset": offset, "filter": "price < 5"}
    return {
        "Recommend": {
            "visitor_id": "v", "context": VALUES, "exclude_attribution_tokens": [token], **common,
        },
        "ListSimilarItems": {"item_ids": ["a"], **common},
        "ListTrendingItems": common,
        "Feedback": {"events": [event]},
        "StreamFeedback": {"events": [event]},
        "UpsertItems": {"writes": [item_pb2.ItemWrite(item=item, set_time=TIME)]},
        "DeleteItems": {"item_ids": ["b"], "set_time": TIME},
        "GetItem": {"item_id": "a"},
        "ListItems": {},
        "UpsertUsers": {"writes": [user_service_pb2.UserWrite(user=user, set_time=TIME)]},
        "GetUser": {"user_id": "u"},
        "EraseUser": {"user_id": "stranger"},
        "UnlinkVisitor": {"visitor_id": "stranger"},
        "UpsertPolicy": {"policy": bold},
        "ListPolicies": newer,
        "PromotePolicy": {"policy_id": "bold", "require_report": proof, "force": "a test"},
        "RollbackPolicy": {"policy_id": "bold"},
        "CreateExperiment": {"experiment": first},
        "GetExperiment": {"experiment_id": "first", **newer},
        "ListExperiments": newer,
        "StopExperiment": {"experiment_id": "first", "reason": "a test"},
        "GetExperimentReport": {"experiment_id": "first", **newer},
        "ListEvaluations": {},
        "AssignArms": {"visitor_id": "v", **newer},
        **good_rule_requests(newer),
        **good_operator_requests(),
    }  # fmt: skip


class Shop:
    """A real server on a real replica, with something in it, asked by descriptors."""

    def __init__(self, channel):
        self.channel = channel
        self.good = good_requests("", "")

    async def ask(self, name, request):
        method = METHODS[name]
        kind = self.channel.stream_stream if method.client_streaming else self.channel.unary_unary
        call = kind(
            f"/{method.containing_service.full_name}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        if method.client_streaming:
            return [answer async for answer in call(iter([request]), timeout=PATIENCE_S)]
        return await call(request, timeout=PATIENCE_S)

    def request(self, name):
        return GetMessageClass(METHODS[name].input_type)(**self.good[name])

    async def fill(self):
        writes = "UpsertItems", "UpsertUsers", "Feedback", "UpsertPolicy", "CreateExperiment"
        for name in (*writes, "UpsertRule"):
            request = self.request(name)
            if name == "Feedback":
                request.events[0].event_id = "first"
            await self.ask(name, request)
        promote = self.request("PromotePolicy")
        promote.ClearField("require_report")  # the experiment goes on
        await self.ask("PromotePolicy", promote)  # so that there is something to roll back
        request = recommendation_service_pb2.RecommendRequest(visitor_id="v")
        answer = await self.ask("Recommend", request)
        self.good = good_requests(answer.attribution_token, answer.offset)

    async def stands(self):
        found = await self.ask("GetModel", model_service_pb2.GetModelRequest(compute_digest=True))
        return found.offset, found.digest, found.counts["events_learned"]


@asynccontextmanager
async def open_shop(storage):
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        channel_to(replica) as channel,
    ):
        shop = Shop(channel)
        await shop.fill()
        yield shop


def violation(error):
    """Return the field that the error names for programs; the text has it too."""
    packed = dict(error.trailing_metadata())["grpc-status-details-bin"]
    bad_request = error_details_pb2.BadRequest()
    assert status_pb2.Status.FromString(packed).details[0].Unpack(bad_request)
    field = bad_request.field_violations[0].field
    assert error.details().startswith(field)
    return field


@pytest.mark.parametrize("name", [name for name in METHODS if name not in OF_PERSONS])
async def test_a_bad_value_is_refused_by_its_field_and_nothing_is_done(storage, name):
    """INVALID_ARGUMENT and the field, each time; the state stays as it was."""
    async with open_shop(storage) as shop:
        before = await shop.stands()
        for place in places(METHODS[name]):
            if name.endswith("Feedback") and key_of(place).startswith("Value."):
                continue  # of an event: see below
            for spoil in REFUSED.get(key_of(place), ()):
                request = shop.request(name)
                spoil(place.holder(request), place.field.name)
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await shop.ask(name, request)
                said = f"{place.name}: {caught.value.code()} {caught.value.details()}"
                assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT, said
                assert place.name in violation(caught.value), said
        assert await shop.stands() == before
        await shop.ask(name, shop.request(name))  # what was spoiled was good before


async def test_a_bad_event_is_put_aside_by_its_field_and_the_rest_is_done(storage):
    """QUARANTINED with the field in the detail; the good event beside it is learned."""
    done = 0
    async with open_shop(storage) as shop:
        _, _, learned = await shop.stands()
        for place in places(METHODS["Feedback"]):
            for spoil in QUARANTINED.get(key_of(place), ()):
                request = shop.request("Feedback")
                spoil(place.holder(request), place.field.name)
                good = shop.request("Feedback").events[0]
                good.event_id = f"good {done}"
                request.events.append(good)
                answer = await shop.ask("Feedback", request)
                bad, fine = answer.results
                said = f"{place.name}: {bad.detail}"
                assert bad.status == event_pb2.EVENT_STATUS_QUARANTINED, said
                field = place.name.removeprefix("events[0].").replace('"', "'")
                assert bad.detail.startswith(field.split("['k']")[0]), said
                assert fine.status == event_pb2.EVENT_STATUS_CREATED, fine.detail
                done += 1
        assert (await shop.stands())[2] == learned + done
        found = await shop.ask("GetModel", model_service_pb2.GetModelRequest())
        assert found.counts["events_quarantined"] == done

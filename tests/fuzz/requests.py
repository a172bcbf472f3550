"""Whole requests: parsed, translated, done on a real engine, and answered."""

from __future__ import annotations

import contextlib

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1 import catalog_service_pb2 as catalog_pb
from headwater.v1 import event_pb2, experiment_pb2, item_pb2, policy_pb2, value_pb2
from headwater.v1 import experiment_service_pb2 as service_pb
from headwater.v1 import feedback_service_pb2 as feedback_pb
from headwater.v1 import recommendation_service_pb2 as recommendation_pb
from headwater.v1 import user_service_pb2 as user_pb
from headwater_server.api.translate import catalog, feedback, lists, recommendation, users
from headwater_server.api.translate.experiments import (
    arms,
    creating,
    experiments,
    policies,
    reports,
)
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import sign
from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.answers import Answer, ListAnswer, WriteAnswer
from headwater_server.replica.experiments.answers import ArmsAnswer

SMALL = EngineSettings(items_max=64, event_items_max=0, visitors_max=16, deduplication_ids_max=64)


class Shop:
    """An engine that sees everything that was well-formed, at the steady beat of a clock."""

    def __init__(self):
        self.engine = Engine(SMALL)
        self.now_ms = 1_700_000_000_000

    def put(self, operations):
        self.now_ms += 60_000
        outcomes = self.engine.apply(Entry(self.now_ms, tuple(operations)))
        return WriteAnswer(outcomes, "1-0")

    def recommend(self, request):
        question, _ = recommendation.recommend_request(request)
        recommendation.exclude_tokens(request)
        answer = self.engine.recommend(question, self.now_ms)
        token = sign(answer, TokenKey(0, b"key"), visitor_id="v", expire_s=60)
        sent = recommendation.recommend_response(Answer(answer, token, "1-0"))
        return recommendation_pb.RecommendResponse.FromString(sent)

    def similar(self, request):
        asked, _ = lists.list_similar_items_request(request)
        found = self.engine.lookups.list_similar_items(
            asked.item_ids, asked.page_size, asked.filter, self.now_ms
        )
        return lists.list_similar_items_response(ListAnswer(found, "1-0"))

    def trending(self, request):
        asked, _ = lists.list_trending_items_request(request)
        found = self.engine.lookups.list_trending_items(
            asked.category, asked.window, asked.page_size, asked.filter, self.now_ms
        )
        return lists.list_trending_items_response(ListAnswer(found, "1-0"))

    def feedback(self, request):
        events = list(feedback.feedback_request(request))
        return feedback.feedback_response(events, self.put(event for event, _ in events))

    def upsert_items(self, request):
        writes = list(catalog.upsert_items_request(request))
        return catalog.upsert_items_response(writes, self.put(writes))

    def delete_items(self, request):
        deletes = catalog.delete_items_request(request)
        return catalog.delete_items_response(deletes, self.put(deletes))

    def get_item(self, request):
        item_id = catalog.get_item_request(request)
        return catalog.get_item_response(item_id, self.engine.lookups.get_item(item_id))

    def list_items(self, request):
        after, size, text = catalog.list_items_request(request)
        return catalog.list_items_response(
            self.engine.lookups.list_items(after, size + 1, text), size
        )

    def upsert_users(self, request):
        writes = list(users.upsert_users_request(request))
        return users.upsert_users_response(writes, self.put(writes))

    def get_user(self, request):
        ids = users.get_user_request(request)
        return users.get_user_response(*ids, self.engine.lookups.get_user(*ids))

    def upsert_policy(self, request):
        self.put([policies.upsert_policy_request(request)])
        return request

    def create_experiment(self, request):
        write = creating.create_experiment_request(request)
        self.put([write])
        report = self.engine.lookups.experiment_report(write.experiment.experiment_id)
        return reports.report_message(report) if report else request

    def promote_policy(self, request):
        self.put([policies.promote_policy_request(request)])
        return request

    def stop_experiment(self, request):
        self.put([experiments.stop_experiment_request(request)])
        return request

    def assign_arms(self, request):
        asked = arms.assign_arms_request(request)
        found = self.engine.lookups.arms_of(*asked, 1_700_000_000_000)
        return arms.assign_arms_response(ArmsAnswer(found, "1-0"))


SHOP = Shop()
KINDS = (
    (recommendation_pb.RecommendRequest, SHOP.recommend),
    (recommendation_pb.ListSimilarItemsRequest, SHOP.similar),
    (recommendation_pb.ListTrendingItemsRequest, SHOP.trending),
    (feedback_pb.FeedbackRequest, SHOP.feedback),
    (catalog_pb.UpsertItemsRequest, SHOP.upsert_items),
    (catalog_pb.DeleteItemsRequest, SHOP.delete_items),
    (catalog_pb.GetItemRequest, SHOP.get_item),
    (catalog_pb.ListItemsRequest, SHOP.list_items),
    (user_pb.UpsertUsersRequest, SHOP.upsert_users),
    (user_pb.GetUserRequest, SHOP.get_user),
    (service_pb.UpsertPolicyRequest, SHOP.upsert_policy),
    (service_pb.CreateExperimentRequest, SHOP.create_experiment),
    (service_pb.PromotePolicyRequest, SHOP.promote_policy),
    (service_pb.StopExperimentRequest, SHOP.stop_experiment),
    (service_pb.AssignArmsRequest, SHOP.assign_arms),
)


def request(data: bytes) -> None:
    """Do what a call would: the first byte says which, the rest is its message."""
    kind, do = KINDS[data[0] % len(KINDS)] if data else KINDS[0]
    with contextlib.suppress(DecodeError, InvalidRequest, NotFound):
        do(kind.FromString(data[1:])).SerializeToString()


def seeds() -> list[bytes]:
    """Return one well-formed request of each kind."""
    values = {"k": value_pb2.Value(text="v"), "n": value_pb2.Value(number=2)}
    time = Timestamp(seconds=1_700_000_000)
    item = item_pb2.Item(
        item_id="a", title="red tea", categories=["tea"], price=3, currency_code="EUR",
        tags=["t"], features=values, publish_time=time,
    )  # fmt: skip
    event = event_pb2.Event(
        event_id="e", event_type="impression", visitor_id="v", user_id="u", session_id="s",
        items=[event_pb2.EventItem(item_id="a", quantity=1, price=2)], value=3,
        event_time=time, placement="home", position=1, context=values,
    )  # fmt: skip
    click = event_pb2.Event()
    click.CopyFrom(event)
    click.event_id, click.event_type = "f", "click"
    write = user_pb.UserWrite(user=user_pb.User(user_id="u", features=values), set_time=time)
    bold = policy_pb2.Policy(policy_id="bold")
    bold.overrides.update({"exploration_temperature": 0.4})
    arm = experiment_pb2.ExperimentArm
    first = experiment_pb2.Experiment(
        experiment_id="first", arms=[arm(arm_id="a"), arm(arm_id="b", policy_id="bold")],
        primary=experiment_pb2.PrimaryMetric(metric="act_rate"), start_time=time,
        guard_rails=[experiment_pb2.GuardRail(metric="reward", worst_relative=-0.1)],
    )  # fmt: skip
    fields = (
        {"visitor_id": "v", "context": values, "filter": "price < 5", "context_item_ids": ["a"]},
        {"item_ids": ["a"], "filter": 'tags: ANY("t")'},
        {"category": "tea", "window": "hour"},
        {"events": [event, click]},
        {"writes": [item_pb2.ItemWrite(item=item, set_time=time)]},
        {"item_ids": ["a"], "set_time": time},
        {"item_id": "a"},
        {"page_size": 2, "page_token": "Ym9vdHMtNw"},
        {"writes": [write]},
        {"visitor_id": "v"},
        {"policy": bold},
        {"experiment": first},
        {"policy_id": "bold", "force": "a seed"},
        {"experiment_id": "first", "arm_id": "b", "reason": "a seed"},
        {"visitor_id": "v", "placement": "home"},
    )
    pairs = zip(KINDS, fields, strict=True)
    return [
        bytes([n]) + kind(**given).SerializeToString() for n, ((kind, _), given) in enumerate(pairs)
    ]

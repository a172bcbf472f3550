"""Every route of the REST API, with a request that the server answers."""

from __future__ import annotations


def event(event_id, **fields):
    return {
        "eventId": event_id,
        "eventType": "click",
        "visitorId": "ann",
        "items": [{"itemId": "hat"}],
    } | fields


# every annotated route, with a request that the server answers with 200
CALLS = {
    ("POST", "/v1/items"): {"writes": [{"item": {"itemId": "boots/red", "title": "Boots"}}]},
    ("GET", "/v1/items/{item_id}"): "/v1/items/boots%2Fred",
    ("GET", "/v1/items"): "/v1/items?page_size=3&pageToken=",
    ("POST", "/v1/feedback"): {"events": [event("rest-1", items=[{"itemId": "boots/red"}])]},
    ("POST", "/v1/users"): {
        "writes": [{"user": {"userId": "u", "features": {"age": {"number": 3}}}}]
    },
    ("GET", "/v1/users/{user_id}"): "/v1/users/u",
    ("GET", "/v1/visitors/{visitor_id}"): "/v1/visitors/ann",
    ("POST", "/v1/recommend"): {"visitorId": "ann", "context": {"device": {"text": "phone"}}},
    ("POST", "/v1/items:similar"): {"item_ids": ["boots/red"]},
    ("GET", "/v1/items:trending"): "/v1/items:trending?pageSize=2",
    ("POST", "/v1/visitors:unlink"): {"visitorId": "ann"},
    ("POST", "/v1/users:erase"): {"visitorId": "ann"},
    ("POST", "/v1/policies"): {
        "policy": {"policyId": "bold", "overrides": {"exploration_temperature": 0.4}}
    },
    ("GET", "/v1/export/{table}"): "/v1/export/items?format=jsonl&pageSize=2",
    ("GET", "/v1/policies"): "/v1/policies?pageSize=5",
    ("POST", "/v1/policies/{policy_id}:promote"): (
        "/v1/policies/bold:promote",
        {"force": "a test"},
    ),
    ("POST", "/v1/policies:rollback"): {"policyId": "bold"},
    ("POST", "/v1/experiments"): {
        "experiment": {
            "experimentId": "first",
            "arms": [{"armId": "a"}, {"armId": "b", "policyId": "bold"}],
            "primary": {"metric": "act_rate"},
        }
    },
    ("GET", "/v1/experiments"): "/v1/experiments",
    ("GET", "/v1/experiments/{experiment_id}"): "/v1/experiments/first",
    ("GET", "/v1/experiments/{experiment_id}:report"): "/v1/experiments/first:report",
    ("POST", "/v1/arms:assign"): {"visitorId": "ann"},
    ("GET", "/v1/evaluations"): "/v1/evaluations",
    ("POST", "/v1/experiments/{experiment_id}:stop"): (
        "/v1/experiments/first:stop",
        {"reason": "done"},
    ),
    ("POST", "/v1/items:delete"): {"itemIds": ["boots/red"]},
}

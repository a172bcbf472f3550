"""Personalizer's requests in, its answers out: bounded, whole, and in their order."""

import json

import pytest

from headwater import HeadwaterError, OverloadedError, UnavailableError
from headwater_server.errors import StoreUnavailable
from headwater_server.flattening import NAME_BYTES_MAX, NAMES_MAX, flattened, item_features
from headwater_server.personalizer.errors import AdapterError, from_call, from_store
from headwater_server.personalizer.outcome import reward_of_event
from headwater_server.personalizer.ranking import ranked
from headwater_server.personalizer.requests import rank_request, reward_value


def _request(*names, **more):
    actions = [{"id": name, "features": []} for name in names]
    return rank_request(json.dumps({"actions": actions, **more}).encode())


@pytest.mark.parametrize(
    ("reward", "learned"),
    [(-1.0, -1.0), (-0.4, -0.4), (0.0, 0.0), (0.3, 0.3), (2.5, 1.0), (-9, -1)],
)
def test_a_reward_is_learned_as_the_number_it_is(reward, learned):
    """Only a sum can be beyond 1."""
    assert reward_of_event(reward) == learned


def test_excluded_actions_keep_their_place_and_what_may_not_be_shown_comes_last():
    request = _request("a", "b", "c", "d", excludedActions=["b", "stranger"], eventId="e")
    answer = ranked(request, "d", {"d": 0.7, "a": 0.3})
    assert [(row["id"], row["probability"]) for row in answer["ranking"]] == [
        ("d", 0.7), ("b", 0.0), ("a", 0.3), ("c", 0.0),
    ]  # fmt: skip
    assert (answer["rewardActionId"], answer["eventId"]) == ("d", "e")


def test_where_nothing_may_be_shown_the_callers_own_order_holds():
    answer = ranked(_request("a", "b", excludedActions=["a"]), "b", {"b": 1.0})
    assert answer["rewardActionId"] == "b"
    assert [row["probability"] for row in answer["ranking"]] == [0.0, 1.0]


def test_an_event_without_an_id_gets_one_of_its_own():
    assert len({_request("a").event_id for _ in range(10)}) == 10
    assert _request("a", eventId=None).event_id


def test_the_same_question_has_the_same_digest_however_it_is_spelled():
    one = rank_request(b'{"actions": [{"id": "a"}], "eventId": "e"}')
    other = rank_request(b'{"eventId":"e","actions":[{"id":"a"}]}')
    assert one.digest == other.digest
    assert one.digest != _request("a", eventId="e", deferActivation=True).digest


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"eventId": "e" * 257}, "eventId"),
        ({"eventId": 7}, "eventId"),
        ({"deferActivation": "yes"}, "deferActivation"),
        ({"excludedActions": [1]}, "excludedActions"),
        ({"contextFeatures": {"a": 1}}, "contextFeatures"),
    ],
)
def test_a_field_of_another_kind_is_named(more, field):
    with pytest.raises(AdapterError, match=rf"^{field}(\[0\])?: ") as bad:
        _request("a", **more)
    assert bad.value.status == 400


def test_features_are_bounded_whatever_comes():
    deep = value = {}
    for _ in range(200):
        value["d"] = {}
        value = value["d"]
    wild = [
        deep, {f"n{n}": n for n in range(300)}, {"x" * 500: "é" * 2_000, "nan": float("nan")},
    ]  # fmt: skip
    flat = flattened(wild)
    assert len(flat) == NAMES_MAX
    long = flattened(wild[2:])
    assert all(len(name.encode()) <= NAME_BYTES_MAX for name in long)
    assert len(long["x" * NAME_BYTES_MAX].encode()) <= 1024
    assert long["nan"] == "nan"
    features, tags = item_features([{"e": [0.1] * 500, "t": [f"t{n}" for n in range(300)]}])
    assert (features, len(tags)) == ({}, NAMES_MAX)


def test_what_the_server_says_is_said_in_personalizers_codes():
    import grpc

    overloaded = OverloadedError("busy", code=grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after_s=0.2)
    away = UnavailableError("away", code=grpc.StatusCode.UNAVAILABLE)
    odd = HeadwaterError("odd", code=grpc.StatusCode.INTERNAL)
    found = [from_call(overloaded), from_call(away), from_call(odd), from_store(StoreUnavailable())]
    assert [(e.status, e.code) for e in found] == [
        (429, "429"), (503, "ServiceUnavailable"), (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
    ]  # fmt: skip
    assert found[0].retry_after_s == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1e999", "1" + "0" * 400, "1.01"])
def test_no_number_that_json_can_spell_is_more_than_a_bad_request(value):
    with pytest.raises(AdapterError, match="does not lie between -1 and 1") as refused:
        reward_value(b'{"value": %b}' % value.encode())
    assert refused.value.status == 400
    assert isinstance(flattened([{"big": json.loads(value)}])["big"], str | float)


@pytest.mark.parametrize("place", ["eventId", "features", "id"])
def test_half_a_character_is_refused_before_anything_is_asked(place):
    action = {"id": "a\ud800" if place == "id" else "a"}
    action["features"] = [{"taste": "\ud800"}] if place == "features" else []
    content = {"actions": [action], "eventId": "\ud800" if place == "eventId" else "e"}
    with pytest.raises(AdapterError, match="not Unicode"):
        rank_request(json.dumps(content).encode())

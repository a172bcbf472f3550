"""The published SDK of Azure Personalizer, unchanged, against our adapter, server and store."""

from __future__ import annotations

import signal

import pytest
from azure.cognitiveservices.personalizer.models import ErrorResponseException
from msrest.exceptions import HttpOperationError

from tests.system.personalizer_shop import MEALS, chances, open_shop, post, question, sdk, wait_for

SHORT = ("--personalizer-reward-wait-minutes", "0.02")  # a second and a bit
PAIR = 2  # the showing, and what came of it


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("s")) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(shop):
    with shop.web() as (_, address):
        yield address


@pytest.fixture
def client(url):
    return sdk(url)


def _rank(client, **more):
    answer = client.rank(question(**more))
    return answer.event_id, answer


def test_a_ranking_holds_every_action_and_excluded_ones_where_they_stood(client):
    answer = client.rank(question(excluded_actions=["cake"], event_id="ranked once"))
    probabilities = chances(answer)
    assert set(probabilities) == set(MEALS)
    assert sum(probabilities.values()) == pytest.approx(1.0)
    assert (answer.ranking[1].id, probabilities["cake"]) == ("cake", 0.0)
    assert answer.reward_action_id == answer.ranking[0].id
    assert answer.event_id == "ranked once"


def test_the_same_call_again_is_the_same_answer_and_another_call_needs_another_id(client):
    first = client.rank(question(event_id="again"))
    client.events.reward(first.event_id, 1.0)
    assert chances(client.rank(question(event_id="again"))) == chances(first)
    with pytest.raises(ErrorResponseException) as refused:
        client.rank(question("another", event_id="again"))
    assert refused.value.error.error.code == "BadRequest"
    assert "each needs its own" in refused.value.error.error.message


def test_what_is_rewarded_in_a_context_comes_first_there(client):
    """It takes some tries; how many is in docs/migrating.md."""
    liked = {"morning": "pasta", "evening": "cake"}
    before = {time: chances(client.rank(question(time)))[meal] for time, meal in liked.items()}

    def shops_for_a_while():
        for time in [*liked] * 20:
            event_id, answer = _rank(client, context=time)
            client.events.reward(event_id, float(answer.reward_action_id == liked[time]))
        now = {time: client.rank(question(time)) for time in liked}
        return all(
            now[time].ranking[0].id == meal and chances(now[time])[meal] > max(0.5, before[time])
            for time, meal in liked.items()
        )

    wait_for(shops_for_a_while)


def test_errors_are_personalizers_own(client, url):
    with pytest.raises(ErrorResponseException) as empty:
        client.rank(question(excluded_actions=list(MEALS)))
    assert empty.value.response.status_code == 400
    assert empty.value.error.error.code == "BadRequest"
    assert "excludedActions" in empty.value.error.error.message
    with pytest.raises(ErrorResponseException) as stranger:
        sdk(url, "not-a-key-of-this-shop").rank(question())
    assert stranger.value.response.status_code == 401
    assert "Ocp-Apim-Subscription-Key" in stranger.value.error.error.message
    for call in (
        lambda: client.events.reward("nobody's", 1.0),
        lambda: client.events.activate("x"),
    ):
        with pytest.raises(HttpOperationError) as unknown:
            call()
        assert unknown.value.response.status_code == 404
        assert unknown.value.response.json()["error"]["code"] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("/rank", b"{", "not JSON"),
        ("/rank", {"actions": [{"id": "a"}, {"id": "a"}]}, "'a' appears twice"),
        ("/rank", {"actions": [{"id": "a"}], "contextFeatures": [1]}, "contextFeatures"),
        ("/events/any/reward", {"value": 1.5}, "between -1 and 1"),
        ("/events/any/reward", {}, "value"),
    ],
)
def test_a_call_that_cannot_be_understood_names_the_field(url, path, content, message):
    answer = post(url, path, content)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"
    assert message in answer.json()["error"]["message"]


def test_a_stranger_can_reward_nothing(url, client, shop):
    event_id, _ = _rank(client)
    wait_for(lambda: shop.learned() > 0)
    assert post(url, f"/events/{event_id}/reward", {"value": 1}, "no-key").status_code == 401
    before = shop.learned()
    client.events.reward(event_id, 1.0)
    assert shop.learned() >= before + 1


def test_a_restart_between_rank_and_reward_loses_nothing(shop):
    with shop.web() as (process, address):
        event_id, answer = _rank(sdk(address), event_id="over a restart/and a slash")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with shop.web() as (_, address):
        before = shop.learned()
        sdk(address).events.reward(event_id, 1.0)
        assert shop.learned() - before in {1, PAIR}  # the impression was reported before, or is now
        assert chances(sdk(address).rank(question(event_id=event_id))) == chances(answer)


def test_only_the_first_reward_counts_or_the_sum_of_all(shop, client):
    event_id, _ = _rank(client)
    client.events.reward(event_id, 0.0)
    wait_for(lambda: shop.counts()["open_impressions"] >= 0)
    before = shop.learned()
    client.events.reward(event_id, 1.0)
    assert shop.learned() == before
    with shop.web("--personalizer-reward-aggregation", "sum") as (_, address):
        adding = sdk(address)
        event_id, _ = _rank(adding)
        adding.events.reward(event_id, 0.0)
        before = shop.learned()
        for _ in range(4):
            adding.events.reward(event_id, 0.25)
        assert shop.learned() == before  # the sum may change until the wait is over


def test_a_sum_is_learned_as_a_number_when_the_wait_is_over(shop):
    flags = (*SHORT, "--personalizer-reward-aggregation", "sum")
    with shop.web(*flags) as (_, address):
        before, adding = shop.learned(), sdk(address)
        event_id, _ = _rank(adding)
        for reward in (0.25, 0.25, -0.125):
            adding.events.reward(event_id, reward)
        wait_for(lambda: shop.learned() == before + PAIR)


def test_nothing_is_learned_of_a_deferred_event_before_its_activation(shop, client):
    event_id, _ = _rank(client, defer_activation=True)
    before = shop.learned()
    client.events.reward(event_id, 1.0)
    assert shop.learned() == before
    client.events.activate(event_id)
    assert shop.learned() == before + PAIR
    client.events.activate(event_id)
    assert shop.learned() == before + PAIR


def test_who_got_no_reward_in_time_gets_the_default_once_from_several_processes(shop):
    flags = (*SHORT, "--personalizer-default-reward", "1")
    before, repeated = shop.learned(), shop.counts()["events_repeated"]
    with shop.web(*flags) as (_, one), shop.web(*flags) as (_, other):
        clients = sdk(one), sdk(other)
        kept = shop.keys()
        events = [clients[n % 2].rank(question()).event_id for n in range(10)]
        deferred = clients[0].rank(question(defer_activation=True)).event_id
        wait_for(lambda: shop.learned() == before + PAIR * len(events))
        wait_for(lambda: set(shop.keys()) <= set(kept) | {"hw:{default}:personalizer:deadlines"})
        assert shop.counts()["events_repeated"] == repeated
        for event_id in (events[0], deferred):
            with pytest.raises(HttpOperationError) as late:
                clients[1].events.reward(event_id, 1.0)
            assert late.value.response.status_code == 404
        assert shop.learned() == before + PAIR * len(events)


def test_a_visitor_that_the_context_names_has_a_history(shop, client):
    visitors = shop.counts()["visitors"]
    actions = question().actions
    for _ in range(3):
        request = question()
        request.context_features = [{"user": {"visitorId": "ann"}}]
        client.events.reward(client.rank(request).event_id, 1.0)
    assert len(actions) == len(MEALS)
    assert shop.counts()["visitors"] == visitors + 1


def test_without_a_store_the_adapter_says_what_it_needs(shop):
    from tests.integration.api_server import free_port
    from tests.system.programs import HEADWATER, started

    command = [*HEADWATER, "web", "--listen", f"127.0.0.1:{free_port()}"]
    with started(command, shop.path / "alone.log", r"web ready on (\S+)\n") as (_, address):
        answer = post(address, "/rank", {"actions": [{"id": "a"}]})
    assert answer.status_code == 503
    assert "--redis-url" in answer.json()["error"]["message"]

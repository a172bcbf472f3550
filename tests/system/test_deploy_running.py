"""What compose would start runs: the same commands, variables, files and healthchecks."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import urllib.error
import urllib.request
from contextlib import suppress

import pytest
from prometheus_client.parser import text_string_to_metric_families

import headwater
from tests.integration.certificates import Authority
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.compose import ROOT, new_keys, read
from tests.system.composed import Composed
from tests.system.promql import OF_PROMETHEUS, questions, selectors

DEPLOY = ROOT / "deploy"

pytestmark = [
    pytest.mark.timeout(600),  # the first start of a build compiles the kernels, twice at once
    pytest.mark.skipif(
        shutil.which("redis-server") is None or shutil.which("redis-cli") is None,
        reason="no redis-server and redis-cli on the PATH",
    ),
]


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    return new_keys()


@pytest.fixture(scope="module")
def loop():
    """One loop for the file, since its processes are waited for on it."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def running(loop, keys, tmp_path_factory) -> Composed:
    composition = read(keys)
    for worker in ("worker-1", "worker-2"):  # so that there are snapshots to report
        composition["services"][worker]["environment"]["HEADWATER_SNAPSHOT_ENTRIES"] = "1"
    composed = Composed(composition, tmp_path_factory.mktemp("composed"))
    try:
        loop.run(composed.up("gateway", "web"))
        yield composed
    finally:
        loop.run(composed.down())


def url(composed: Composed, path: str, service: str = "gateway", port: int = 8080) -> str:
    return f"http://{composed.addresses[service]}:{port}{path}"


def call(url: str, key: str = "", body: object = None) -> tuple[int, str]:
    """GET, or POST a body as JSON; return the status and the text."""
    headers = {"content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def click(event_id: str, visitor_id: str = "ann") -> dict:
    items = [{"itemId": "boots"}]
    event = {"eventId": event_id, "eventType": "click", "visitorId": visitor_id, "items": items}
    return {"events": [event]}


def seen_by(composed: Composed, worker: str, key: str, visitor_id: str, offset: str) -> list[str]:
    """Return what a worker, asked past the gateway, knows of a visitor at an offset or later."""
    target = f"{composed.addresses[worker]}:50051"
    with headwater.Client(target, key=key) as client:
        client.recommend(visitor_id, min_offset=offset, timeout_s=PATIENCE_S)
        return [
            interaction.item_id for interaction in client.get_user(visitor_id=visitor_id).history
        ]


def test_an_event_sent_through_the_gateway_is_known_to_both_workers(running, keys) -> None:
    key = keys["HEADWATER_KEY"]
    writes = [{"item": {"itemId": item, "title": item}} for item in ("boots", "tent")]
    assert call(url(running, "/v1/items"), key, {"writes": writes})[0] == 200
    status, said = call(url(running, "/v1/feedback"), key, click("e1"))
    assert (status, json.loads(said)["results"][0]["status"]) == (200, "EVENT_STATUS_CREATED")
    offset = json.loads(said)["offset"]
    for worker in ("worker-1", "worker-2"):
        assert seen_by(running, worker, key, "ann", offset) == ["boots"]
    status, said = call(
        url(running, "/v1/recommend"), key, {"visitorId": "ann", "minOffset": offset}
    )
    assert status == 200
    assert json.loads(said)["results"], said


def test_each_key_opens_what_it_is_for(running, keys) -> None:
    recommend, feedback = url(running, "/v1/recommend"), url(running, "/v1/feedback")
    items, ask = url(running, "/v1/items"), {"visitorId": "eve"}
    write = {"writes": [{"item": {"itemId": "tent"}}]}
    read_key, page_key = keys["HEADWATER_READ_KEY"], keys["HEADWATER_PAGE_KEY"]
    assert call(recommend, body=ask)[0] == 401
    assert call(recommend, page_key, ask)[0] == 200
    assert call(feedback, page_key, click("e2", "eve"))[0] == 200
    assert call(items, page_key, write)[0] == 403
    assert call(recommend, read_key, ask)[0] == 200
    assert call(feedback, read_key, click("e3", "eve"))[0] == 403
    assert call(items, read_key, write)[0] == 403


def test_the_pages_process_is_reached_through_the_gateway(running) -> None:
    status, page = call(url(running, "/shop/"))
    assert status == 200
    assert page.startswith("<!doctype html>")


def test_the_store_wants_its_password_and_keeps_what_is_written(running, keys) -> None:
    import redis

    address = running.addresses["redis"]
    with redis.Redis(address, retry=None) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    with redis.Redis(address, password=keys["REDIS_PASSWORD"]) as store:
        kept = {name: store.config_get(name)[name] for name in ("appendonly", "maxmemory-policy")}
    assert kept == {"appendonly": "yes", "maxmemory-policy": "noeviction"}


def healthy_workers(composed: Composed) -> bool:
    """Return whether the gateway has found both workers healthy; it looks every two seconds."""
    page = call(url(composed, "/metrics", port=9902))[1]
    return 'envoy_cluster_membership_healthy{envoy_cluster_name="server"} 2\n' in page


def test_a_worker_that_is_killed_is_missed_by_nobody(running, loop, keys) -> None:
    key, feedback = keys["HEADWATER_KEY"], url(running, "/v1/feedback")
    loop.run(eventually(lambda: asyncio.to_thread(healthy_workers, running)))
    loop.run(running.kill("worker-1"))
    for number in range(10):
        status, said = call(feedback, key, click(f"k{number}", "bob"))
        assert status == 200, said
        assert json.loads(said)["results"][0]["status"] == "EVENT_STATUS_CREATED"
    loop.run(running.up("worker-1"))
    offset = json.loads(said)["offset"]
    assert seen_by(running, "worker-1", key, "bob", offset) == ["boots"]
    target = f"{running.addresses['worker-1']}:50051"
    with headwater.Client(target, key=key) as client:
        model = client.get_model(compare_replicas=True, timeout_s=PATIENCE_S)
    digests = [state.digest for state in model.replicas if state.digest]
    assert len(digests) == 2
    assert len(set(digests)) == 1


def exposed(page: str) -> tuple[set[str], dict[str, set[str]]]:
    """Return every metric's name, and the labels of those that have a value yet."""
    names, labels = set(), {}
    for family in text_string_to_metric_families(page):
        suffixes = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total", "")}
        names |= {family.name + suffix for suffix in suffixes.get(family.type, ("",))}
        for sample in family.samples:
            names.add(sample.name)
            labels.setdefault(sample.name, set()).update(sample.labels)
    return names, labels


def all_exposed(composed: Composed, read_key: str) -> tuple[set[str], dict[str, set[str]]]:
    """Return what the gateway and either worker expose."""
    workers = [url(composed, "/metrics", f"worker-{n}", 9464) for n in (1, 2)]
    pages = [call(worker, read_key)[1] for worker in workers]
    names, labels = exposed(pages[0] + call(url(composed, "/metrics", port=9902))[1])
    return names | exposed(pages[1])[0], labels


def test_every_metric_that_is_asked_for_is_exposed(running, loop, keys) -> None:
    asked = [selector for expression in questions() for selector in selectors(expression)]
    asked = [selector for selector in asked if selector.name not in OF_PROMETHEUS]
    wanted = {selector.name for selector in asked}
    assert len(wanted) > 30
    feedback = call(url(running, "/v1/feedback"), keys["HEADWATER_KEY"], click("to be kept"))
    assert feedback[0] == 200  # a snapshot follows, which is reported, too
    found: list[tuple[set[str], dict[str, set[str]]]] = []

    def exposes_all() -> bool:
        found.append(all_exposed(running, keys["HEADWATER_READ_KEY"]))
        return wanted <= found[-1][0]

    with suppress(TimeoutError):
        loop.run(eventually(lambda: asyncio.to_thread(exposes_all)))
    names, labels = found[-1]
    assert sorted(wanted - names) == []
    for selector in asked:
        matched = {matcher.name for matcher in selector.matchers.matchers} - {"job", "instance"}
        if selector.name in labels:
            assert matched <= labels[selector.name], selector.name


def test_metrics_are_for_operators(running, keys) -> None:
    worker = url(running, "/metrics", "worker-2", 9464)
    assert call(worker)[0] == call(worker, keys["HEADWATER_PAGE_KEY"])[0] == 401
    assert call(worker, keys["HEADWATER_READ_KEY"])[0] == 200


def test_with_tls_the_gateway_shows_the_certificate_of_the_folder(loop, keys, tmp_path) -> None:
    ours = Authority(tmp_path, "client-ca")
    for place, made in zip(("fullchain.pem", "privkey.pem"), ours.sign("gateway"), strict=True):
        made.rename(tmp_path / place)
    environment = {"CERTIFICATE_DIR": str(tmp_path), "GATEWAY_ORIGINS": "https://shop.example"}
    composition = read(keys | environment, DEPLOY / "tls.yml", DEPLOY / "mtls.yml")
    (tmp_path / "composed").mkdir()
    composed = Composed(composition, tmp_path / "composed")
    trusting = ssl.create_default_context(cafile=str(ours.ca))
    address = composed.addresses["gateway"], 8443

    def shown() -> bool:
        with (
            suppress(ConnectionRefusedError),
            socket.create_connection(address, 5) as plain,
            trusting.wrap_socket(plain, server_hostname="gateway") as encrypted,
        ):
            return bool(encrypted.getpeercert())
        return False

    try:
        loop.run(composed.start("gateway-config"))
        loop.run(composed.start("gateway"))
        loop.run(eventually(lambda: asyncio.to_thread(shown)))
    finally:
        loop.run(composed.down())


@pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("wget") is None,
    reason="no prometheus and wget on the PATH",
)
def test_prometheus_reads_them_all_with_its_key_and_no_alert_fires(running, loop) -> None:
    running.copied("prometheus", "/etc/prometheus")
    config = running.places("prometheus")["/etc/prometheus"] / "prometheus.yml"
    config.write_text(config.read_text().replace("15s", "1s"))
    loop.run(running.up("prometheus"))
    api = url(running, "/api/v1", "prometheus", 9090)

    def asked(path: str) -> dict:
        return json.loads(call(api + path)[1])["data"]

    async def all_up() -> bool:
        targets = await asyncio.to_thread(asked, "/targets")
        return [target["health"] for target in targets["activeTargets"]] == ["up"] * 4

    loop.run(eventually(all_up))
    evaluated = [rule for group in asked("/rules")["groups"] for rule in group["rules"]]
    assert len(evaluated) > 15

    async def all_evaluated() -> bool:
        rules = await asyncio.to_thread(asked, "/rules")
        return all(r["health"] == "ok" for group in rules["groups"] for r in group["rules"])

    loop.run(eventually(all_evaluated))
    firing = [alert["labels"] for alert in asked("/alerts")["alerts"] if alert["state"] == "firing"]
    assert firing == []

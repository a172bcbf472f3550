"""Who may reach whom in each overlay of deploy/kubernetes: what has to be, and nothing else."""

from __future__ import annotations

import re
import shutil

import pytest

from scripts.manifests import OVERLAYS
from tests.system.cluster import (
    Pod,
    may_reach,
    of_kind,
    others_may_reach,
    pods,
    secrets,
    selects,
    variables,
)

ADDRESS = re.compile(r"(?:[a-z0-9-]+\.)?(headwater-[a-z]+):(\d+)")

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on the PATH")


def addresses(pod: Pod) -> set[tuple[str, int]]:
    """Return the services, with their ports, that a pod is configured to call."""
    texts = [part for c in pod.containers for part in (*c.get("args", []), *variables(c).values())]
    files = {text for text in texts if text.startswith("@") and text.endswith("/store/url")}
    texts += [secrets()["headwater-store"]["url"]] if files else []
    found = {(match[1], int(match[2])) for text in texts for match in ADDRESS.finditer(text)}
    return found | ({("headwater-redis", 6379)} if files else set())


@each_overlay
def test_what_a_pod_has_to_call_it_may_call(overlay) -> None:
    named = {pod.name: pod for pod in pods(overlay)}
    ways = [(pod, *address) for pod in pods(overlay) for address in addresses(pod)]
    assert len(ways) >= 3
    for pod, target, port in ways:
        assert may_reach(overlay, pod, named[target], port), f"{pod.name} to {target}:{port}"


@each_overlay
def test_nothing_else_is_open(overlay) -> None:
    """Only the gateway reaches servers, only what uses the store reaches it; one port is public."""
    everybody = pods(overlay)
    for target in everybody:
        for container in target.containers:
            for port in container["ports"]:
                number = port["containerPort"]
                sources = {p.name for p in everybody if may_reach(overlay, p, target, number)}
                wanted = {pod.name for pod in everybody if (target.name, number) in addresses(pod)}
                if target.name == "headwater-redis":
                    wanted |= {"headwater-redis"}
                assert sources == wanted, f"{target.name}:{number}"
                assert others_may_reach(overlay, target, number) == (
                    (target.name, number) == ("headwater-gateway", 8080)
                )


def test_with_kafka_servers_and_archiver_alone_reach_the_brokers() -> None:
    (policy,) = [
        one for one in of_kind("kafka", "NetworkPolicy") if one["metadata"]["name"] == "to-kafka"
    ]
    chosen = [p.name for p in pods("kafka") if selects(policy["spec"]["podSelector"], p.labels)]
    assert sorted(chosen) == ["headwater-archiver", "headwater-server"]
    (rule,) = policy["spec"]["egress"]
    url = secrets()["headwater-log"]["url"]
    namespace = rule["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    host, port = url.split("/")[2].split(":")
    assert host.endswith(f".{namespace}")
    assert int(port) in {one["port"] for one in rule["ports"]}


def test_nobody_is_called_without_a_way_out() -> None:
    """The check above can fail: without its policy a way is closed, without any all are open."""
    server, gateway = (
        next(p for p in pods("one-machine") if p.name == f"headwater-{name}")
        for name in ("server", "gateway")
    )
    assert may_reach("one-machine", gateway, server, 50051)
    assert not may_reach("one-machine", server, gateway, 8080)
    assert not may_reach("one-machine", gateway, server, 9464)

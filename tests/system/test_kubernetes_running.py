"""What the pods of deploy/kubernetes start runs, without a cluster: commands, probes, stops."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess

import pytest

from tests.integration.waiting import eventually
from tests.system.cluster import secrets
from tests.system.pod_processes import PodProcesses
from tests.system.test_deploy_running import call, click

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on the PATH"),
]
SERVER, GATEWAY, WEB = "headwater-server", "headwater-gateway", "headwater-web"
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


@pytest.fixture
def here(request, tmp_path):
    processes = PodProcesses(request.param, tmp_path)
    yield processes
    processes.down()


@pytest.mark.parametrize("here", ["one-machine"], indirect=True)
async def test_probes_pass_when_they_should_and_every_pod_stops_in_its_time(here) -> None:
    backend, read = secrets()["headwater-keys"]["keys"].split()
    here.start(GATEWAY, "gateway")
    await here.until(GATEWAY, "gateway", "livenessProbe")
    assert not here.passes(GATEWAY, "gateway", "readinessProbe"), "there is no server yet"
    assert not here.passes(SERVER, "server", "startupProbe")
    here.start(SERVER, "server")
    await here.until(SERVER, "server", "startupProbe")
    here.start(WEB, "web")
    await here.until(WEB, "web")
    await here.until(GATEWAY, "gateway")
    for pod, container in ((SERVER, "server"), (GATEWAY, "gateway"), (WEB, "web")):
        assert all(here.passes(pod, container, kind) for kind in PROBES)

    url = f"http://{here.addresses[GATEWAY]}:8080"
    status, said = await asyncio.to_thread(call, f"{url}/v1/feedback", backend, click("e1"))
    assert (status, json.loads(said)["results"][0]["status"]) == (200, "EVENT_STATUS_CREATED")
    assert (await asyncio.to_thread(call, f"{url}/console/"))[0] == 200
    assert (await asyncio.to_thread(call, f"{url}/v1/recommend", "x" * 20, {}))[0] == 401
    metrics = f"http://{here.addresses[SERVER]}:9464/metrics"
    assert (await asyncio.to_thread(call, metrics))[0] == 401
    key = read.partition(";")[0]
    status, said = await asyncio.to_thread(call, metrics, key)
    assert (status, "headwater_log_lag_entries 0.0" in said) == (200, True)

    for pod, container in ((WEB, "web"), (SERVER, "server"), (GATEWAY, "gateway")):
        spec = here.pod(pod).spec
        slept = here.container(pod, container)["lifecycle"]["preStop"]["sleep"]["seconds"]
        exit_code, took_s = await asyncio.to_thread(here.stop, pod, container)
        assert exit_code == 0, here.log(pod, container)
        assert took_s < spec["terminationGracePeriodSeconds"] - slept


def info(here: PodProcesses, pod: str, section: str) -> dict[str, str]:
    password = secrets()["headwater-redis-auth"]["password"]
    command = ["redis-cli", "-h", here.addresses[pod], "-a", password, "--no-auth-warning"]
    done = subprocess.run([*command, "info", section], capture_output=True, text=True, check=False)
    lines = (line.strip().partition(":") for line in done.stdout.splitlines())
    return {name: value for name, _, value in lines if value}


def roles(here: PodProcesses) -> dict[str, str]:
    """Return who is what, of those that answer."""
    found = {pod: info(here, pod, "replication") for pod in REDIS}
    return {pod: said["role"] for pod, said in found.items() if "role" in said}


def is_whole(here: PodProcesses, primary: str) -> bool:
    """Return whether both others follow ``primary`` and are in step."""
    said = info(here, primary, "replication")
    states = [said.get(f"slave{n}", "") for n in range(2)]
    return said.get("role") == "master" and all("state=online" in state for state in states)


REDIS = [f"headwater-redis-{n}" for n in range(3)]


@pytest.mark.parametrize("here", ["redis"], indirect=True)
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on the PATH")
async def test_redis_fails_over_and_after_a_restart_of_all_the_last_primary_is_it_again(
    here,
) -> None:
    async def up(pods: list[str]) -> None:
        for pod in pods:
            here.start(pod, "sentinel")
            here.start(pod, "redis")
            await here.until(pod, "sentinel")
            await here.until(pod, "redis")

    await up(REDIS)
    await eventually(lambda: is_whole(here, REDIS[0]))
    here.kill(REDIS[0], "redis")
    here.kill(REDIS[0], "sentinel")
    await eventually(lambda: "master" in roles(here).values())
    primary = next(pod for pod, role in roles(here).items() if role == "master")
    assert primary != REDIS[0]

    await up(REDIS[:1])
    await eventually(lambda: is_whole(here, primary))
    assert roles(here)[REDIS[0]] == "slave"

    for pod in REDIS:
        here.kill(pod, "redis")
        here.kill(pod, "sentinel")
    await up(REDIS)
    await eventually(lambda: is_whole(here, primary))

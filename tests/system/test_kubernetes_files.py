"""What each overlay of deploy/kubernetes makes: confined pods, probes, ways, settings, metrics."""

from __future__ import annotations

import copy
import re
import shutil
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
import yaml
from typer.testing import CliRunner

from headwater_server.api.access.key_entries import accesses
from headwater_server.api.health import SERVICES
from headwater_server.cli.root import commands
from headwater_server.observability.families import families
from headwater_server.observability.meters import Meters
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.settings import PARTS, ApiSettings
from headwater_server.settings_checks import checked
from scripts.manifests import KUBERNETES, OVERLAYS, problems, single_files, versions
from tests.system.cluster import (
    objects,
    of_kind,
    pods,
    probes,
    secrets,
    selects,
    variables,
)
from tests.system.promql import selectors
from tests.unit.observability.test_families import MEASUREMENTS

SETTINGS = {
    setting.name: get_type_hints(part)[setting.name]
    for part in PARTS.values()
    for setting in fields(part)
}
NOT_SETTINGS = {"HEADWATER_KEY"}  # of every command that calls a server
RECOMMEND = "headwater.v1.RecommendationService/Recommend"

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on the PATH")
each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
pytestmark = needs_kubectl


def adapter_rules() -> list[dict[str, Any]]:
    text = (KUBERNETES / "prometheus-adapter.yaml").read_text()
    return yaml.safe_load(text)["rules"]["custom"]


@each_overlay
def test_the_three_newest_versions_of_kubernetes_take_it(overlay) -> None:
    assert len(versions()) == 3
    found = [text for v in versions() for one in objects(overlay) for text in problems(one, v)]
    assert found == []


def test_a_wrong_field_is_found_in_whatever_kind_and_version() -> None:
    server = next(one for one in single_files() if one["kind"] == "Deployment")
    wrong = copy.deepcopy(server)
    wrong["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    for version in versions():
        assert "readynessProbe" in " ".join(problems(wrong, version))
    monitor = next(one for one in single_files() if one["kind"] == "PodMonitor")
    odd = copy.deepcopy(monitor)
    odd["spec"]["podMetricsEndpoints"][0]["intervall"] = "1s"
    assert "intervall" in " ".join(problems(odd, versions()[0]))
    unknown = {"kind": "Foo", "apiVersion": "x.example/v1", "metadata": {"name": "a"}}
    assert "has no schema of it" in " ".join(problems(unknown, versions()[0]))


@each_overlay
def test_every_pod_keeps_to_the_restricted_standard_and_more(overlay) -> None:
    namespace = of_kind(overlay, "Namespace")[0]["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted"
    assert len(pods(overlay)) >= 3
    for pod in pods(overlay):
        whole = pod.spec["securityContext"]
        assert whole["runAsNonRoot"] is True, pod.name
        assert whole["runAsUser"] > 0, pod.name
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}, pod.name
        assert pod.spec["automountServiceAccountToken"] is False, pod.name
        assert pod.spec["enableServiceLinks"] is False, pod.name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.spec.keys(), pod.name
        for container in pod.containers:
            own = container["securityContext"]
            assert own["allowPrivilegeEscalation"] is False, container["name"]
            assert own["readOnlyRootFilesystem"] is True, container["name"]
            assert own["capabilities"] == {"drop": ["ALL"]}, container["name"]
            assert not {"privileged", "runAsUser"} & own.keys(), container["name"]
            assert "hostPort" not in str(container["ports"])


@each_overlay
def test_every_container_has_resources_and_a_pinned_image(overlay) -> None:
    for pod in pods(overlay):
        for container in pod.containers:
            resources = container["resources"]
            assert resources["requests"]["memory"] == resources["limits"]["memory"]
            assert {"cpu", "memory", "ephemeral-storage"} <= resources["requests"].keys()
            assert "cpu" not in resources["limits"], "a limit of CPU stops the kernels"
            assert re.search(r":v?\d+\.\d+\.\d+|@sha256:", container["image"]), container["image"]


@each_overlay
def test_every_probe_asks_a_port_that_is_open_and_something_that_is_answered(overlay) -> None:
    for pod in pods(overlay):
        for container in pod.containers:
            ports = {port["containerPort"] for port in container["ports"]}
            for kind, probe in probes(container):
                if "grpc" in probe:
                    assert probe["grpc"]["port"] in ports, (pod.name, kind)
                    assert probe["grpc"].get("service", "") in SERVICES, (pod.name, kind)
                elif "httpGet" in probe:
                    assert pod.port(probe["httpGet"]["port"]) in ports, (pod.name, kind)
                    assert probe["httpGet"]["path"] in {"/healthz", "/readyz"}
                else:
                    assert probe["exec"]["command"][0] == "/bin/sh"


@each_overlay
def test_a_server_that_folds_has_hours_and_no_probe_kills_for_the_store(overlay) -> None:
    for pod in pods(overlay):
        for container in pod.containers:
            starts, lives = container["startupProbe"], container["livenessProbe"]
            if container.get("args") == ["serve"]:
                assert starts["periodSeconds"] * starts["failureThreshold"] >= 7200
                assert not SERVICES[lives["grpc"].get("service", "")], "it needs the store"
            assert lives["periodSeconds"] * lives["failureThreshold"] >= 30


@each_overlay
def test_a_stop_has_the_time_that_it_takes(overlay) -> None:
    """The server's own waits, and at least half a minute for the snapshot."""
    for pod in pods(overlay):
        given = pod.spec["terminationGracePeriodSeconds"]
        for container in pod.containers:
            slept = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {})
            waits = float(slept.get("seconds", 0))
            if container.get("args") == ["serve"]:
                waits += ApiSettings().stop_grace_s + ReplicaSettings().stop_patience_s + 30
            assert given > waits, pod.name


@each_overlay
def test_every_variable_is_a_setting_with_a_value_that_is_allowed(overlay) -> None:
    seen = set()
    for pod in pods(overlay):
        for container in pod.containers:
            for variable, value in variables(container).items():
                if not variable.startswith("HEADWATER_") or variable in NOT_SETTINGS:
                    continue
                name = variable.removeprefix("HEADWATER_").lower()
                assert name in SETTINGS, f"{pod.name}: {variable}"
                seen.add(name)
                if not value.startswith("@"):
                    checked(name, SETTINGS[name], value)
    assert {"listen", "keys", "gateway_backends", "metrics_listen"} <= seen


@each_overlay
def test_every_command_takes_the_arguments_that_it_is_given(overlay) -> None:
    ours = [c for pod in pods(overlay) for c in pod.containers if "args" in c]
    assert len(ours) >= 3
    for container in ours:
        done = CliRunner().invoke(commands, [*container["args"], "--help"])
        assert done.exit_code == 0, done.output
    assert CliRunner().invoke(commands, ["web", "--lissten", "x", "--help"]).exit_code == 2


@each_overlay
def test_secrets_are_files_and_every_file_is_in_the_secret_that_is_mounted(overlay) -> None:
    for pod in pods(overlay):
        volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
        claims = {
            one["metadata"]["name"] for one in pod.owner["spec"].get("volumeClaimTemplates", [])
        }
        for container in pod.containers:
            assert "secretKeyRef" not in str(container)
            assert "envFrom" not in container
            mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            assert set(mounts.values()) <= volumes.keys() | claims, pod.name
            for value in variables(container).values():
                if value.startswith("@"):
                    folder, _, file = value.removeprefix("@").rpartition("/")
                    secret = volumes[mounts[folder]]["secret"]
                    assert file in secrets()[secret["secretName"]], value
                    assert secret["defaultMode"] == 0o440


def test_the_secrets_that_are_made_are_keys_that_the_server_takes() -> None:
    made = secrets()
    checked("keys", SETTINGS["keys"], ",".join(made["headwater-keys"]["keys"].split()))
    backend, read = accesses(",".join(made["headwater-keys"]["keys"].split()), is_page=False)
    assert (backend.scopes, read.scopes) == (frozenset(), {"read"})
    assert made["headwater-web-key"]["key"].encode() == backend.key
    assert made["headwater-read-key"]["key"].encode() == read.key
    assert made["headwater-redis-auth"]["password"] in made["headwater-store"]["url"]
    checked("redis_url", SETTINGS["redis_url"], made["headwater-store"]["url"])
    checked("log", SETTINGS["log"], made["headwater-log"]["url"])


@each_overlay
def test_every_selector_finds_its_pods_and_only_them(overlay) -> None:
    for pod in pods(overlay):
        assert selects(pod.owner["spec"]["selector"], pod.labels), pod.name
        for spread in pod.spec.get("topologySpreadConstraints", []):
            assert selects(spread["labelSelector"], pod.labels), pod.name
    for one in of_kind(overlay, "Service", "PodDisruptionBudget"):
        selector = one["spec"]["selector"]
        labels = selector if one["kind"] == "Service" else selector["matchLabels"]
        found = [pod for pod in pods(overlay) if selects({"matchLabels": labels}, pod.labels)]
        assert [pod.name for pod in found] == [one["metadata"]["name"]], one["kind"]
        for port in one["spec"].get("ports", []):
            assert found[0].port(port["targetPort"]) == port["port"]
    for pod in pods(overlay):
        if pod.owner["kind"] == "StatefulSet":
            services = [one["metadata"]["name"] for one in of_kind(overlay, "Service")]
            assert pod.owner["spec"]["serviceName"] in services


@each_overlay
def test_who_scales_something_is_alone_in_it_and_asks_for_metrics_that_exist(overlay) -> None:
    named = {rule["name"]["as"] for rule in adapter_rules()}
    owners = {pod.name: pod.owner for pod in pods(overlay)}
    for scaler in of_kind(overlay, "HorizontalPodAutoscaler"):
        owner = owners[scaler["spec"]["scaleTargetRef"]["name"]]
        assert owner["kind"] == scaler["spec"]["scaleTargetRef"]["kind"]
        assert "replicas" not in owner["spec"]
        assert scaler["spec"]["minReplicas"] >= 2
        for metric in scaler["spec"]["metrics"]:
            if metric["type"] == "Pods":
                assert metric["pods"]["metric"]["name"] in named
    scaled = {one["metadata"]["name"] for one in of_kind(overlay, "HorizontalPodAutoscaler")}
    assert ("headwater-server" in scaled) == (overlay != "one-machine")


def test_the_metrics_of_the_autoscaler_are_those_that_a_server_exports() -> None:
    meters = Meters()
    meters.of(RECOMMEND).under_way = 1
    exported = {s.name: s.labels for f in families(MEASUREMENTS, meters) for s in f.samples}
    for rule in adapter_rules():
        query = rule["metricsQuery"].replace("<<.LabelMatchers>>", 'namespace="x"')
        for expression in (query.replace("<<.GroupBy>>", "pod"), rule["seriesQuery"]):
            (asked,) = selectors(expression)
            assert asked.name in exported
            for matcher in asked.matchers.matchers:
                if matcher.name not in {"namespace", "pod"}:  # of Prometheus
                    assert exported[asked.name][matcher.name] == matcher.value
    assert len(adapter_rules()) == 2


@each_overlay
def test_prometheus_finds_the_metrics_port_of_every_pod_that_has_one(overlay) -> None:
    chosen = []
    for monitor in of_kind(overlay, "PodMonitor"):
        for pod in pods(overlay):
            if selects(monitor["spec"]["selector"], pod.labels):
                endpoint = monitor["spec"]["podMetricsEndpoints"][0]
                assert pod.port(endpoint["port"]), pod.name
                chosen.append(pod.name)
                if credentials := endpoint.get("authorization", {}).get("credentials"):
                    assert credentials["key"] in secrets()[credentials["name"]]
    assert sorted(chosen) == sorted(pod.name for pod in pods(overlay) if pod.port("metrics"))

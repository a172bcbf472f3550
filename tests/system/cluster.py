"""What the overlays of deploy/kubernetes would make: their pods, and who may reach whom."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from scripts.manifests import KUBERNETES, rendered

Labels = dict[str, str]


@dataclass(frozen=True)
class Pod:
    """The pods of one Deployment or StatefulSet."""

    owner: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.owner["metadata"]["name"])

    @property
    def labels(self) -> Labels:
        return dict(self.owner["spec"]["template"]["metadata"]["labels"])

    @property
    def spec(self) -> dict[str, Any]:
        return dict(self.owner["spec"]["template"]["spec"])

    @property
    def containers(self) -> list[dict[str, Any]]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    def port(self, named: str | int) -> int | None:
        """Return the number of a port that a container opens, None if none does."""
        ports = [port for one in self.containers for port in one["ports"]]
        found = [p["containerPort"] for p in ports if named in {p["name"], p["containerPort"]}]
        return found[0] if found else None


@cache
def objects(overlay: str) -> tuple[dict[str, Any], ...]:
    return tuple(rendered(overlay))


def of_kind(overlay: str, *kinds: str) -> list[dict[str, Any]]:
    return [one for one in objects(overlay) if one["kind"] in kinds]


def pods(overlay: str) -> list[Pod]:
    return [Pod(owner) for owner in of_kind(overlay, "Deployment", "StatefulSet")]


@cache
def secrets() -> dict[str, dict[str, str]]:
    """Return the files of each Secret that deploy/kubernetes/secrets prints."""
    command = [KUBERNETES / "secrets"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(said)}


def selects(selector: dict[str, Any], labels: Labels) -> bool:
    """Return whether a label selector fits, as Kubernetes reads it."""
    for name, value in selector.get("matchLabels", {}).items():
        if labels.get(name) != value:
            return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In", "the only operator that we use"
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


def may_reach(overlay: str, source: Pod, target: Pod, port: int) -> bool:
    """Return whether the NetworkPolicies let ``source`` connect to a port of ``target``."""
    leaves = _allowed(overlay, source, "Egress", target.labels, port, target)
    return leaves and _allowed(overlay, target, "Ingress", source.labels, port, target)


def others_may_reach(overlay: str, target: Pod, port: int) -> bool:
    """Return whether a pod of another namespace, of no label of ours, may connect."""
    return _allowed(overlay, target, "Ingress", {}, port, target)


def _allowed(overlay: str, pod: Pod, direction: str, other: Labels, port: int, target: Pod) -> bool:
    policies = [
        one["spec"]
        for one in of_kind(overlay, "NetworkPolicy")
        if direction in one["spec"]["policyTypes"]
        and selects(one["spec"]["podSelector"], pod.labels)
    ]
    if not policies:
        return True
    rules = [rule for spec in policies for rule in spec.get(direction.lower(), [])]
    side = "to" if direction == "Egress" else "from"
    return any(_fits(rule, side, other, port, target) for rule in rules)


def _fits(rule: dict[str, Any], side: str, other: Labels, port: int, target: Pod) -> bool:
    numbers = {target.port(one["port"]) for one in rule.get("ports", [])}
    peers = rule.get(side)
    if numbers and port not in numbers:
        return False
    return peers is None or any(
        "namespaceSelector" not in peer and selects(peer["podSelector"], other) for peer in peers
    )


def probes(container: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of each probe."""
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        yield kind, container[kind]


def variables(container: dict[str, Any]) -> dict[str, str]:
    """Return the variables with a value of their own."""
    return {one["name"]: one["value"] for one in container.get("env", []) if "value" in one}

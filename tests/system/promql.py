"""Every question that the rules and the dashboards ask of Prometheus, and the metrics in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser

from tests.system.compose import ROOT, load

RULES = sorted((ROOT / "deploy" / "prometheus" / "rules").glob("*.yml"))
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
OF_GRAFANA = {"$__rate_interval": "5m", "$placement": ".*"}
OF_PROMETHEUS = {"up", "ALERTS"}


def rules() -> Iterator[dict[str, Any]]:
    """Yield each alert."""
    for file in RULES:
        for group in load(file)["groups"]:
            yield from group["rules"]


def dashboard(file: Path) -> dict[str, Any]:
    """Return what Grafana reads."""
    result: dict[str, Any] = json.loads(file.read_text())
    return result


def questions() -> Iterator[str]:
    """Yield each expression, with Grafana's variables filled in."""
    yield from (rule["expr"] for rule in rules())
    for file in DASHBOARDS:
        board = dashboard(file)
        asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
        asked += [note["expr"] for note in board["annotations"]["list"]]
        for expression in asked:
            for name, value in OF_GRAFANA.items():
                expression = expression.replace(name, value)  # noqa: PLW2901 - it is filled in
            yield expression


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    """Return what an expression asks for. ValueError if it is no PromQL."""
    found: list[promql_parser.VectorSelector] = []

    def seen(part: object) -> None:
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part)

    promql_parser.walk(promql_parser.parse(expression), seen)
    return found

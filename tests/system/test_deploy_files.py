"""What deploy/ and docker-compose.yml say, as far as it can be checked without a container."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from headwater_server.engine import settings as engine_settings
from headwater_server.settings import PARTS
from tests.system import compose
from tests.system.compose import ROOT, MissingVariableError, load, new_keys, read
from tests.system.promql import DASHBOARDS, RULES, dashboard, questions, rules, selectors

DEPLOY = ROOT / "deploy"
TLS = {"CERTIFICATE_DIR": "/certificates", "GATEWAY_ORIGINS": "https://shop.example"}
COMPOSITIONS = [ROOT / "docker-compose.yml", DEPLOY / "tls.yml", DEPLOY / "mtls.yml"]
NOT_SETTINGS = {"key", "shop_page_key"}  # of `headwater web`, and of every command


def tool(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a program that is installed beside this interpreter."""
    command = [Path(sys.executable).with_name(name), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def promtool(*arguments: object) -> str:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool on the PATH (Debian: prometheus)")
    command = ["promtool", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def services() -> dict:
    return read(new_keys())["services"]


@pytest.mark.parametrize("file", COMPOSITIONS, ids=lambda file: file.name)
def test_compose_would_read_it(file) -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", file)
    assert done.returncode == 0, done.stdout


def test_a_wrong_key_would_be_found(tmp_path) -> None:
    (tmp_path / "wrong.yml").write_text("services: {redis: {image: redis, read-only: true}}")
    wrong = tmp_path / "wrong.yml"
    assert tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong).returncode


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = tool("hadolint", ROOT / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_every_container_is_confined(services) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert re.fullmatch(r"[1-9]\d*:\d+", service["user"]), f"{name} runs as root"
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"]), name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        assert "healthcheck" in service or service["restart"] == "no", name
        assert "privileged" not in service, name


def test_every_image_is_pinned_to_one_release_or_built_here(services) -> None:
    for name, service in services.items():
        tag = service["image"].rpartition(":")[2]
        assert "build" in service or re.match(r"v?\d+\.\d+\.\d+", tag), name
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    froms = [found[1] for line in lines if (found := re.match(r"(?:ARG PYTHON=|FROM )(\S+)", line))]
    assert set(froms) - {"${PYTHON}"} == {"python:3.11.13-slim-bookworm"}


def test_nothing_is_published_beyond_this_machine_and_the_store_is_on_a_network_of_its_own(
    services,
) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"gateway", "prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    networks = read(new_keys())["networks"]
    assert networks["store"] == networks["calls"] == {"internal": True}
    near = {name for name, service in services.items() if "store" in service.get("networks", [])}
    assert near == {"redis", "worker-1", "worker-2", "web"}
    assert services["redis"]["networks"] == ["store"]


def test_without_its_keys_it_does_not_start_and_says_what_to_do() -> None:
    keys = new_keys()
    for name in keys:
        with pytest.raises(MissingVariableError, match=f"{name}: run deploy/keys > .env"):
            read({**keys, name: ""})
    text = (ROOT / "docker-compose.yml").read_text() + (DEPLOY / "tls.yml").read_text()
    for name in keys:
        assert not re.findall(rf"\${{{name}(?!:\?)", text), f"{name} has a default, or may be empty"


def test_keys_are_new_each_time_and_each_its_own() -> None:
    first, second = new_keys(), new_keys()
    values = [*first.values(), *second.values()]
    assert set(first) == {
        "REDIS_PASSWORD", "HEADWATER_KEY", "HEADWATER_READ_KEY", "HEADWATER_PAGE_KEY",
        "GRAFANA_PASSWORD",
    }  # fmt: skip
    assert len(set(values)) == len(values)
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in values)


def test_tls_adds_to_the_gateway_and_takes_nothing_away() -> None:
    keys = new_keys() | TLS
    plain, safe = read(keys), read(keys, DEPLOY / "tls.yml", DEPLOY / "mtls.yml")
    gateway = safe["services"]["gateway"]
    assert gateway["ports"] == [*plain["services"]["gateway"]["ports"], "443:8443"]
    environment = safe["services"]["gateway-config"]["environment"]
    assert environment["HEADWATER_GATEWAY_TLS"] == "0.0.0.0:8443"
    assert environment["HEADWATER_GATEWAY_CLIENT_CA"] == "/certificates/client-ca.pem"
    assert environment["HEADWATER_GATEWAY_BACKENDS"] == "worker-1:50051,worker-2:50051"
    with pytest.raises(MissingVariableError, match="GATEWAY_ORIGINS: the https"):
        read(new_keys(), DEPLOY / "tls.yml")


def test_every_variable_of_ours_is_a_setting_that_exists() -> None:
    settings = {setting.name for part in PARTS.values() for setting in fields(part)}
    named = {
        name.removeprefix("HEADWATER_").lower()
        for service in read(new_keys() | TLS, DEPLOY / "tls.yml", DEPLOY / "mtls.yml")[
            "services"
        ].values()
        for name in service.get("environment", {})
        if name.startswith("HEADWATER_") and service["image"].startswith("headwater:")
    }
    assert named - settings <= NOT_SETTINGS
    assert {"redis_url", "keys", "page_keys", "archive_dir", "gateway_backends"} <= named


def test_every_volume_is_declared_and_every_file_is_there(services) -> None:
    declared = load(compose.FILE)["volumes"]
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in declared


def test_every_question_to_prometheus_can_be_read() -> None:
    assert len(list(questions())) > 60
    for expression in questions():
        assert selectors(expression), expression
    with pytest.raises(ValueError, match="unexpected"):
        selectors("rate(headwater_visitors[5m)")


def test_promtool_takes_the_configuration_and_the_rules() -> None:
    promtool("check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yml")
    promtool("check", "rules", *RULES)


def test_every_alert_fires_when_it_should_and_only_then() -> None:
    """By promtool, on series that are written down; no alert is without a case of its own."""
    cases = sorted((DEPLOY / "prometheus" / "tests").glob("*.yml"))
    promtool("test", "rules", *cases)
    fired = {
        case["alertname"]
        for file in cases
        for test in load(file)["tests"]
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in rules()}


def test_the_dashboard_shows_figures_that_are_taken() -> None:
    """Their names are values of a label, so that a wrong one would only be an empty panel."""
    engine = Path(engine_settings.__file__).parent
    text = "".join(file.read_text() for file in engine.rglob("*.py"))
    shown = {
        matcher.value
        for expression in questions()
        for selector in selectors(expression)
        for matcher in selector.matchers.matchers
        if matcher.name == "figure"
    }
    assert len(shown) == 6
    assert [figure for figure in shown if f'"{figure}"' not in text] == []


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "description"} == set(rule["annotations"]), rule["alert"]


def test_dashboards_ask_the_datasource_that_is_provisioned() -> None:
    provisioned = DEPLOY / "grafana" / "provisioning"
    sources = load(provisioned / "datasources" / "prometheus.yml")
    uids = {source["uid"] for source in sources["datasources"]}
    for file in DASHBOARDS:
        board = dashboard(file)
        asked = [panel["datasource"]["uid"] for panel in board["panels"] if "datasource" in panel]
        asked += [t["datasource"]["uid"] for p in board["panels"] for t in p.get("targets", [])]
        asked += [v["datasource"]["uid"] for v in board["templating"]["list"]]
        asked += [note["datasource"]["uid"] for note in board["annotations"]["list"]]
        assert set(asked) == uids


def test_grafana_finds_the_dashboards_where_they_are_mounted(services) -> None:
    provisioned = DEPLOY / "grafana" / "provisioning" / "dashboards" / "headwater.yml"
    folder = load(provisioned)["providers"][0]["options"]["path"]
    grafana = services["grafana"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in grafana["volumes"]
    home = Path(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert [file.name for file in DASHBOARDS] == [home.name]
    assert str(home.parent) == folder


def test_the_panels_of_a_dashboard_lie_beside_each_other() -> None:
    for file in DASHBOARDS:
        panels = dashboard(file)["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        taken: set[tuple[int, int]] = set()
        for panel in panels:
            at = panel["gridPos"]
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            assert not cells & taken, panel["title"]
            assert at["x"] + at["w"] <= 24
            taken |= cells

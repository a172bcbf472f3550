"""The stubs are what the protos give, and the check says so when they are not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from headwater_server.api.health import SERVICES
from headwater_server.api.servicers.audit import AuditServicer
from headwater_server.api.servicers.catalog import CatalogServicer
from headwater_server.api.servicers.experiment import ExperimentServicer
from headwater_server.api.servicers.feedback import FeedbackServicer
from headwater_server.api.servicers.model import ModelServicer
from headwater_server.api.servicers.recommendation import RecommendationServicer
from headwater_server.api.servicers.rule import RuleServicer
from headwater_server.api.servicers.user import UserServicer

ROOT = Path(__file__).resolve().parents[3]
SERVICERS = [
    AuditServicer,
    CatalogServicer,
    ExperimentServicer,
    FeedbackServicer,
    ModelServicer,
    RecommendationServicer,
    RuleServicer,
    UserServicer,
]


@pytest.fixture
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "scripts" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_stubs_in_the_tree_are_fresh(generate, capsys) -> None:
    assert generate.main(["--check"]) == 0
    assert capsys.readouterr().out == "stubs are fresh\n"


def test_a_stale_stub_is_named(generate) -> None:
    tree = generate.TREES["headwater"]
    path = Path("headwater/v1/value_pb2.py")
    with pytest.raises(generate.StaleStubsError, match="value_pb2"):
        generate.check(tree, {path: b"new"}, {path: b"old"})


def test_other_tools_are_refused(generate, monkeypatch) -> None:
    monkeypatch.setitem(generate.TOOLS, "grpcio-tools", "0.1")
    with pytest.raises(SystemExit, match=r"grpcio-tools 0\.1 is needed"):
        generate.main([])


@pytest.mark.parametrize("servicer", SERVICERS)
def test_every_rpc_that_the_protos_declare_is_answered(servicer) -> None:
    base = servicer.__mro__[1]
    missing = [name for name in vars(base) if name[0] != "_" and name not in vars(servicer)]
    assert not missing
    assert f"headwater.v1.{base.__name__.removesuffix('Servicer')}" in SERVICES

"""The answers about policies and experiments, each with the offset of its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.experiments.reports import (
    ExperimentReport,
    ExperimentView,
    PolicyView,
    PromotedPolicy,
)
from headwater_server.engine.messages.asked import Arm


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """A policy."""

    policy: PolicyView
    offset: str


@dataclass(frozen=True, slots=True)
class PoliciesAnswer:
    """Policies by id, and all promotions, the latest last."""

    policies: Sequence[PolicyView]
    promotions: Sequence[PromotedPolicy]
    offset: str


@dataclass(frozen=True, slots=True)
class PromotionsAnswer:
    """All promotions, the latest last."""

    promotions: Sequence[PromotedPolicy]
    offset: str


@dataclass(frozen=True, slots=True)
class ExperimentAnswer:
    """An experiment."""

    experiment: ExperimentView
    offset: str


@dataclass(frozen=True, slots=True)
class ExperimentsAnswer:
    """Experiments by id."""

    experiments: Sequence[ExperimentView]
    offset: str


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """The figures of an experiment."""

    report: ExperimentReport
    offset: str


@dataclass(frozen=True, slots=True)
class ArmsAnswer:
    """The arms of a visitor, by experiment id."""

    arms: Sequence[Arm]
    offset: str

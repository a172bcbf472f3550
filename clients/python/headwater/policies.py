"""Policies, and their promotions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """Other values for some settings, under a name; see Policy in policy.proto.

    ``overrides`` has plain values by the setting's name: ``{"exploration_epsilon": 0.1}``. The
    fields after it are only in answers.
    """

    policy_id: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    update_time: datetime | None = None
    experiment_ids: tuple[str, ...] = ()
    promoted: bool = False
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReportReference:
    """An arm of an experiment, whose report supports a promotion."""

    experiment_id: str
    arm_id: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """A policy in force for all visitors; ``report`` is None if it was forced."""

    policy_id: str
    overrides: Mapping[str, Any]
    promote_time: datetime
    report: ReportReference | None
    report_digest: str
    force_reason: str
    who: str


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The policy as it is now, and the offset of a state that contains it."""

    policy: Policy
    offset: str


@dataclass(frozen=True, slots=True)
class PromoteAnswer:
    """The promotion, and the offset of a state in which it is in force."""

    promotion: Promotion
    offset: str


@dataclass(frozen=True, slots=True)
class RollbackAnswer:
    """The promotions that are left, the latest last, and the offset of a state with only these."""

    promotions: tuple[Promotion, ...]
    offset: str


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """A page of policies, and all promotions, the latest last."""

    policies: tuple[Policy, ...]
    promotions: tuple[Promotion, ...]
    next_page_token: str

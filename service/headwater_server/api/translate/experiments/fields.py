"""ExperimentService: the name in a request of what is wrong with an operation."""

from __future__ import annotations

from typing import TypeVar

from headwater_server.engine.messages.experiments import (
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyWrite,
)
from headwater_server.errors import InvalidRequest
from headwater_server.replica.experiments.refusals import check_values

OF_PROMOTION = {
    "force_reason": "force",
    "experiment_id": "require_report.experiment_id",
    "arm_id": "require_report.arm_id",
}

Checked = TypeVar("Checked", bound=PolicyOperation)


def checked(operation: Checked) -> Checked:
    """Return the operation if all of its values may be; an error names the request's field.

    >>> try:
    ...     checked(PolicyWrite("bold", '{"rewards": {}}'))
    ... except InvalidRequest as error:
    ...     print(error.field, "-", error.problem)
    policy.overrides.rewards - changes what the state means: use a shadow
    """
    try:
        check_values(operation)
    except InvalidRequest as error:
        raise InvalidRequest(_named(operation, error.field), error.problem) from None
    return operation


def _named(operation: PolicyOperation, field: str) -> str:
    if isinstance(operation, ExperimentWrite):
        return f"experiment.{field}"
    if isinstance(operation, PolicyPromote):
        return OF_PROMOTION.get(field, field)
    if isinstance(operation, PolicyWrite):
        own = field in ("policy_id", "overrides")
        return f"policy.{field}" if own else f"policy.overrides.{field}"
    return field

"""ExperimentService: translates the stored reports of `headwater evaluate`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from headwater.v1 import experiment_report_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import page_size
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import time_message
from headwater_server.replica.ports.evaluations import StoredEvaluation

PAGE_DEFAULT = 10
PAGE_MAX = 20  # each has up to 1 MB in the store


def list_evaluations_request(request: pb.ListEvaluationsRequest) -> tuple[str, int]:
    """Return the place that the page starts after, and the page's size."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return after_item_id(request.page_token), size


def evaluation_messages(
    stored: Iterable[StoredEvaluation],
) -> Iterator[experiment_report_pb2.Evaluation]:
    """Yield the evaluations as messages; a large one takes milliseconds."""
    return map(_evaluation, stored)


def list_evaluations_response(
    stored: Sequence[StoredEvaluation],
    size: int,
    evaluations: Sequence[experiment_report_pb2.Evaluation],
    bytes_max: int = PAGE_BYTES_MAX,
) -> pb.ListEvaluationsResponse:
    """Return ``size`` of the evaluations, or as many as fit."""
    page = as_many_as_fit(evaluations[:size], bytes_max)
    more = len(stored) > len(page)
    return pb.ListEvaluationsResponse(
        evaluations=page,
        next_page_token=page_token(stored[len(page) - 1].place) if more else "",
    )


def _evaluation(stored: StoredEvaluation) -> experiment_report_pb2.Evaluation:
    report: Mapping[str, Any] = json.loads(stored.report)
    return experiment_report_pb2.Evaluation(
        evaluation_id=stored.name,
        create_time=time_message(stored.create_time_ms),
        metric=report.get("metric") or "",
        placement=report.get("placement") or "",
        from_offset=report.get("from_offset") or "",
        until_offset=report.get("until_offset") or "",
        level=report.get("level") or 0.0,
        policies=map(_policy, report.get("policies") or ()),
        report_json=stored.report,
    )


def _policy(one: Mapping[str, Any]) -> experiment_report_pb2.EvaluatedPolicy:
    low, high = one.get("interval") or (None, None)
    return experiment_report_pb2.EvaluatedPolicy(
        policy_id=one.get("policy") or "",
        verdict=one.get("verdict") or "",
        value=one.get("value"),
        low=low,
        high=high,
        effective_share=one.get("effective_share") or 0.0,
        visitors_needed=one.get("visitors_needed") or 0,
    )

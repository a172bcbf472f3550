"""ExperimentService: translates the stored reports of `headwater evaluate`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from headwater.v1 import experiment_report_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import page_size
from headwater_server.api.translate.experiments.shadows import shadow_message
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import time_message
from headwater_server.errors import InvalidRequest
from headwater_server.replica.ports.evaluations import StoredEvaluation

PAGE_DEFAULT = 10
PAGE_MAX = 20  # each has up to 1 MB in the store
_IS_FULL = {
    experiment_report_pb2.EVALUATION_VIEW_UNSPECIFIED: True,
    experiment_report_pb2.EVALUATION_VIEW_SUMMARY: False,
    experiment_report_pb2.EVALUATION_VIEW_FULL: True,
}


def list_evaluations_request(request: pb.ListEvaluationsRequest) -> tuple[str, int, bool]:
    """Return the place that the page starts after, its size, and whether it has whole reports.

    Raises `InvalidRequest` for a view that there is not.
    """
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    if request.view not in _IS_FULL:
        names = "EVALUATION_VIEW_SUMMARY or EVALUATION_VIEW_FULL"
        raise InvalidRequest("view", f"{request.view} is not known: write {names}")
    return after_item_id(request.page_token), size, _IS_FULL[request.view]


def evaluation_messages(
    stored: Iterable[StoredEvaluation], *, is_full: bool = True
) -> Iterator[experiment_report_pb2.Evaluation]:
    """Yield the evaluations as messages, ``is_full``: with the reports; each takes milliseconds."""
    return (_evaluation(one, is_full=is_full) for one in stored)


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


def _evaluation(stored: StoredEvaluation, *, is_full: bool) -> experiment_report_pb2.Evaluation:
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
        report_json=stored.report if is_full else "",
        shadow=shadow_message(report.get("shadow")),
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
        problems=one.get("problems") or (),
    )

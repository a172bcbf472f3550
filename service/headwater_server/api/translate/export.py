"""ExportService's messages from and to questions and answers."""

from __future__ import annotations

from headwater.v1 import export_service_pb2 as pb
from headwater_server.errors import InvalidRequest
from headwater_server.exporting.columns import OF_THE_LOG, TABLES
from headwater_server.exporting.paging import Answer, Question

ROWS_MAX = 1000


def list_export_rows_request(request: pb.ListExportRowsRequest, bytes_max: int) -> Question:
    """Return the question. Raises `InvalidRequest`."""
    if request.table not in TABLES:
        raise InvalidRequest("table", f"must be one of {', '.join(TABLES)}")
    form = request.format or "jsonl"
    if form not in {"jsonl", "csv"}:
        raise InvalidRequest("format", "must be jsonl or csv; `headwater export` writes Parquet")
    if form == "csv" and request.table not in OF_THE_LOG:
        raise InvalidRequest(
            "format",
            f"{request.table} have features with names of their own, which a header would have to "
            "name first: write jsonl; `headwater export` writes CSV",
        )
    if request.page_size < 0:
        raise InvalidRequest("page_size", "must not be negative")
    size = min(request.page_size or ROWS_MAX, ROWS_MAX)
    return Question(request.table, form, size, request.page_token, bytes_max)


def list_export_rows_response(answer: Answer) -> pb.ListExportRowsResponse:
    """Return the response."""
    return pb.ListExportRowsResponse(
        text=answer.text,
        rows=answer.rows,
        next_page_token=answer.token,
        done=answer.done,
        total=answer.total,
    )

"""AuditService: requests in, responses out."""

from __future__ import annotations

from collections.abc import Collection

from headwater.v1 import audit_service_pb2 as pb
from headwater_server.api.translate.checks import page_size
from headwater_server.api.translate.pages import PAGE_BYTES_MAX, as_many_as_fit, page_token
from headwater_server.api.translate.rules.requests import place_of
from headwater_server.api.translate.values import time_message
from headwater_server.engine.auditing.trail import KINDS, AuditEntry
from headwater_server.errors import InvalidRequest
from headwater_server.replica.rules.answers import AuditAnswer

PAGE_DEFAULT, PAGE_MAX = 50, 500
WHO_CHARS_MAX = 1_000
_KINDS = {pb.AuditKind.Value(f"AUDIT_KIND_{kind.upper()}"): kind for kind in KINDS}
_NUMBERS = {kind: number for number, kind in _KINDS.items()}

Asked = tuple[Collection[str], int | None, str, int]


def list_audit_entries_request(request: pb.ListAuditEntriesRequest) -> Asked:
    """Return the kinds, the number that the page is before, the author, and the page's size."""
    for place, number in enumerate(request.kinds):
        if number not in _KINDS:
            raise InvalidRequest(f"kinds[{place}]", f"has no value {number}")
    if len(request.who) > WHO_CHARS_MAX:
        raise InvalidRequest("who", f"is longer than {WHO_CHARS_MAX:,} characters")
    kinds = [_KINDS[number] for number in request.kinds] or KINDS
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return kinds, place_of(request.page_token) or None, request.who, size


def list_audit_entries_response(
    answer: AuditAnswer, size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListAuditEntriesResponse:
    """Return a page, as many entries as fit."""
    page = as_many_as_fit(map(_message, answer.entries[:size]), bytes_max)
    more = len(answer.entries) > len(page)
    last = answer.entries[len(page) - 1].number if page else 0
    return pb.ListAuditEntriesResponse(
        entries=page, next_page_token=page_token(str(last)) if more else "", offset=answer.offset
    )


def _message(entry: AuditEntry) -> pb.AuditEntry:
    return pb.AuditEntry(
        kind=_NUMBERS[entry.kind],
        change_time=time_message(entry.time_ms),
        who=entry.who,
        action=entry.action,
        subject=entry.subject,
        old_value=entry.old,
        new_value=entry.new,
        reason=entry.reason,
        count=entry.count,
    )

"""RuleService."""

from __future__ import annotations

from dataclasses import replace

from headwater.v1 import rule_service_pb2 as pb
from headwater.v1 import rule_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import key_name
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import Learning
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.pages import page_bytes
from headwater_server.api.translate.rules import requests


class RuleServicer(pb_grpc.RuleServiceServicer):
    """Writes rules, reads and previews them; a write is answered when it is in force."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings
        self._page_bytes = page_bytes(settings.message_bytes_max)

    async def ListRules(
        self, request: pb.ListRulesRequest, context: Context
    ) -> pb.ListRulesResponse:
        first, size = requests.list_rules_request(request)
        answer = await self._replica.rule_reads.rules()
        return requests.list_rules_response(answer, first, size, self._page_bytes)

    async def UpsertRule(
        self, request: pb.UpsertRuleRequest, context: Context
    ) -> pb.UpsertRuleResponse:
        write = replace(requests.upsert_rule_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.rule_writes.upsert(write, remaining_s)
        return requests.upsert_rule_response(answer)

    async def DeleteRule(
        self, request: pb.DeleteRuleRequest, context: Context
    ) -> pb.DeleteRuleResponse:
        delete = replace(requests.delete_rule_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            offset = await self._replica.rule_writes.delete(delete, remaining_s)
        return pb.DeleteRuleResponse(offset=offset)

    async def ListRuleChanges(
        self, request: pb.ListRuleChangesRequest, context: Context
    ) -> pb.ListRuleChangesResponse:
        name, before, size = requests.list_rule_changes_request(request)
        answer = self._replica.rule_reads.changes(name, before, size + 1)
        return requests.list_rule_changes_response(answer, size, self._page_bytes)

    async def RestoreRule(
        self, request: pb.RestoreRuleRequest, context: Context
    ) -> pb.RestoreRuleResponse:
        wanted = replace(requests.restore_rule_request(request), who=key_name())
        remaining_s = time_remaining_s(context, self._settings)
        async with Learning(self._replica.item_s):
            answer = await self._replica.rule_writes.restore(wanted, remaining_s)
        return requests.restore_rule_response(answer)

    async def PreviewRules(
        self, request: pb.PreviewRulesRequest, context: Context
    ) -> pb.PreviewRulesResponse:
        drafts, questions, time_ms = requests.preview_rules_request(request)
        answer = await self._replica.rule_reads.preview(drafts, questions, time_ms)
        return requests.preview_rules_response(answer)

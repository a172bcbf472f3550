"""What each role of a person who signed in opens: rules are an editor's, all is an operator's."""

import pytest

from headwater_server.api.access.sessions import Session

SERVICE = "headwater.v1."
READS = ("RuleService/ListRules", "RuleService/PreviewRules", "AuditService/ListAuditEntries")
EDITS = ("RuleService/UpsertRule", "RuleService/DeleteRule", "RuleService/RestoreRule")
OPERATES = ("ModelService/DropQuarantinedEvents", "ModelService/ReplayQuarantinedEvents")


@pytest.mark.parametrize(
    ("role", "opened"),
    [("read", READS), ("edit", READS + EDITS), ("operate", READS + EDITS + OPERATES)],
)
def test_a_role_opens_what_it_names_and_nothing_else(role, opened):
    access = Session("anna", "7", role, 60).access
    for call in READS + EDITS + OPERATES:
        assert access.allows(SERVICE + call) == (call in opened), call

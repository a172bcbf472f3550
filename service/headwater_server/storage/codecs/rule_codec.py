"""Encodes and decodes what editors write and delete of rules."""

from __future__ import annotations

from headwater_server.engine.messages.rules import RuleDelete, RuleOperation, RuleWrite
from headwater_server.log.v1 import entry_pb2 as pb

RULE_KINDS = frozenset({"rule_write", "rule_delete"})


def write_rule_operation(operation: RuleOperation, stored: pb.Operation) -> None:
    """Write the operation into an empty message, in place."""
    if isinstance(operation, RuleWrite):
        write = stored.rule_write
        write.name, write.rule = operation.name, operation.rule
        _write_rest(operation, write)
    else:
        delete = stored.rule_delete
        delete.name, delete.to_settings = operation.name, operation.to_settings
        _write_rest(operation, delete)


def _write_rest(operation: RuleOperation, stored: pb.RuleWrite | pb.RuleDelete) -> None:
    stored.who, stored.reason = operation.who, operation.reason
    if operation.revision is not None:
        stored.revision = operation.revision
    if operation.restores is not None:
        stored.restores = operation.restores


def decode_rule_operation(stored: pb.Operation) -> RuleOperation:
    """Decode the result of `write_rule_operation`."""
    if stored.WhichOneof("kind") == "rule_write":
        write = stored.rule_write
        return RuleWrite(
            write.name, write.rule, write.who, write.reason, _revision(write), _restores(write)
        )
    delete = stored.rule_delete
    of = delete.name, delete.who, delete.reason, _revision(delete), delete.to_settings
    return RuleDelete(*of, _restores(delete))


def _revision(stored: pb.RuleWrite | pb.RuleDelete) -> int | None:
    return stored.revision if stored.HasField("revision") else None


def _restores(stored: pb.RuleWrite | pb.RuleDelete) -> int | None:
    return stored.restores if stored.HasField("restores") else None

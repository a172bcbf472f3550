"""What is wrong with an operation on policies or experiments, as an error that names the field."""

from __future__ import annotations

from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.experiments.judging import value_refusal
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.errors import InvalidRequest


def check_values(operation: PolicyOperation) -> None:
    """Raise `InvalidRequest` for a value that is wrong whatever the state is.

    The field is the operation's own; the API knows its name in a request.
    """
    if refusal := value_refusal(operation):
        _raise(refusal)


def refuse(judged: Judgement) -> None:
    """Raise `InvalidRequest` if the operation is wrong for this state."""
    if judged.status is Status.QUARANTINED:
        _raise(judged.reasons[0])


def _raise(text: str) -> None:
    field, _, problem = text.partition(": ")
    raise InvalidRequest(field, problem)

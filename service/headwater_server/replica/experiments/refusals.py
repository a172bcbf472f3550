"""What is wrong with an operation on policies or experiments, as an error that names the field."""

from __future__ import annotations

import re

from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.experiments.judging import value_refusal
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.errors import InvalidRequest

_FIELD = re.compile(r"[\w.\[\]]+")


def check_values(operation: PolicyOperation) -> None:
    """Raise `InvalidRequest` for a value that is wrong whatever the state is.

    The field is the operation's own; the API knows its name in a request.
    """
    if refusal := value_refusal(operation):
        _raise(refusal)


def refuse(judged: Judgement, within: str = "") -> None:
    """Raise `InvalidRequest` if the operation is wrong for this state.

    ``within`` comes before the field: the message of the request that has it.
    """
    if judged.status is Status.QUARANTINED:
        _raise(judged.reasons[0], within)


def _raise(text: str, within: str = "") -> None:
    field, problem = field_and_problem(text)
    raise InvalidRequest(within + field, problem)


def field_and_problem(text: str) -> tuple[str, str]:
    """Return the field that a reason begins with, and the rest: with the value, if it names one.

    >>> field_and_problem("share: is 2; write a share up to 1")
    ('share', 'is 2; write a share up to 1')
    >>> field_and_problem("diversity = {'a: b': 1}: write none or low")
    ('diversity', "is {'a: b': 1}: write none or low")
    >>> field_and_problem('rules[0] "sale": by: is missing')
    ('rules[0]', '"sale": by: is missing')
    """
    found = _FIELD.match(text)
    field = found.group() if found else ""
    rest = text[len(field) :]
    if rest.startswith(" = "):
        return field, f"is {rest[3:]}"
    return field, rest.removeprefix(":").strip()

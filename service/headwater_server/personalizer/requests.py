"""Personalizer's requests, checked as a whole before anything is done."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from headwater_server.personalizer.errors import bad_request

ACTIONS_MAX = 100  # as many as a slate has slots; Personalizer takes 50
ACTION_ID_BYTES_MAX = 128
EVENT_ID_CHARS_MAX = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
RANK, REWARD = "InvalidRankRequest", "InvalidRewardRequest"


def _bounded(action_id: str) -> str:
    if not 0 < len(action_id.encode()) <= ACTION_ID_BYTES_MAX:
        raise ValueError(f"must be a text of 1 to {ACTION_ID_BYTES_MAX} bytes")
    return action_id


def printable(text: str) -> str:
    """Return a text without control characters: our own ids of pages have them between parts."""
    if _CONTROL.search(text):
        raise ValueError("must not contain control characters")
    return text


def event_id_of(path_part: str) -> str:
    """Return the event id of a path. Raises `AdapterError` if no rank call can have had it."""
    try:
        return printable(path_part)
    except ValueError as error:
        raise bad_request("InvalidEventId", f"eventId: {error}") from None


def _each_once(actions: list[Action]) -> list[Action]:
    ids = [action.id for action in actions]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"the id {twice!r} appears twice")
    return actions


_NullIsEmpty = BeforeValidator(lambda value: [] if value is None else value)
_NullIsFalse = BeforeValidator(lambda value: False if value is None else value)
_EmptyIsNew = BeforeValidator(
    lambda value: secrets.token_hex(16) if value is None or value == "" else value
)
Features = Annotated[list[dict[str, Any]], _NullIsEmpty]
Texts = Annotated[list[str], _NullIsEmpty]
YesNo = Annotated[bool, _NullIsFalse]
EventId = Annotated[
    str, Field(max_length=EVENT_ID_CHARS_MAX), AfterValidator(printable), _EmptyIsNew
]


class Action(BaseModel):
    """One of the actions to rank."""

    model_config = ConfigDict(strict=True, frozen=True)
    id: Annotated[str, AfterValidator(_bounded)]
    features: Features = []


Actions = Annotated[
    list[Action], Field(min_length=1, max_length=ACTIONS_MAX), AfterValidator(_each_once)
]


class RankRequest(BaseModel):
    """A rank call. ``digest`` depends on its content only, not on how the JSON is written."""

    model_config = ConfigDict(strict=True, frozen=True)
    event_id: Annotated[EventId, Field(alias="eventId", validate_default=True)] = ""
    actions: Actions
    excluded: Annotated[Texts, Field(alias="excludedActions")] = []
    context: Annotated[Features, Field(alias="contextFeatures")] = []
    defers: Annotated[YesNo, Field(alias="deferActivation")] = False
    digest: str = ""

    @property
    def candidates(self) -> list[str]:
        """The ids that are ranked, in the request's order."""
        excluded = set(self.excluded)
        return [action.id for action in self.actions if action.id not in excluded]

    @model_validator(mode="after")
    def _leaves_a_candidate(self) -> RankRequest:
        if not self.candidates:
            raise ValueError("excludedActions: exclude every action")
        return self


def rank_request(body: bytes) -> RankRequest:
    """Return the request. Raises `AdapterError`, which names the field."""
    text = canonical(json_object(body, RANK))
    try:
        request = RankRequest.model_validate_json(text)
    except ValidationError as error:
        raise bad_request(RANK, message(error)) from None
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    return request.model_copy(update={"digest": digest})


def reward_value(body: bytes) -> float:
    """Return the reward. Raises `AdapterError`.

    >>> reward_value(b'{"value": 0.5}')
    0.5
    """
    return number_of_reward(json_object(body, REWARD).get("value"), "value")


def number_of_reward(value: Any, name: str) -> float:
    """Return a reward from -1 to 1. Raises `AdapterError`, which names the field."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad_request(REWARD, f"{name}: is required, a number from -1 to 1")
    if not abs(value) <= 1:  # nor does NaN, nor an integer that no float holds
        raise bad_request(REWARD, f"{name}: {str(value)[:32]} does not lie between -1 and 1")
    return float(value)


def message(error: ValidationError) -> str:
    """Return the first problem, such as ``actions[0].id: Input should be a valid string``."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    text = first["msg"].removeprefix("Value error, ")
    return f"{path[1:]}: {text}" if path else text


def json_object(body: bytes, inner: str) -> dict[str, Any]:
    """Return the object that a body is. Raises `AdapterError`."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request(inner, "the body is not JSON") from None
    if not isinstance(content, dict):
        raise bad_request(inner, "the body is not a JSON object")
    return content


def canonical(content: dict[str, Any], inner: str = RANK) -> bytes:
    """Return the same bytes for the same content. Raises `AdapterError`."""
    try:
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()
    except (UnicodeEncodeError, RecursionError):  # half a character such as \ud800, or too deep
        text = "the body contains a text that is not Unicode, or is nested too deeply"
        raise bad_request(inner, text) from None

"""Personalizer's requests, checked whole before anything is done."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from headwater_server.personalizer.errors import bad_request

ACTIONS_MAX = 100  # as many as a slate has slots; Personalizer takes 50
ACTION_ID_BYTES_MAX = 128
EVENT_ID_CHARS_MAX = 256
RANK, REWARD = "InvalidRankRequest", "InvalidRewardRequest"


@dataclass(frozen=True, slots=True)
class Action:
    """One of what may be shown."""

    id: str
    features: list[Any]


@dataclass(frozen=True, slots=True)
class RankRequest:
    """The question. ``digest`` is the same for the same question, whatever names it carries."""

    event_id: str
    actions: tuple[Action, ...]
    excluded: frozenset[str]
    context: list[Any]
    defers_activation: bool
    digest: str

    @property
    def candidates(self) -> list[str]:
        """The ids that are ranked, in the request's order."""
        return [action.id for action in self.actions if action.id not in self.excluded]


def rank_request(body: bytes) -> RankRequest:
    """Return the question. Raises `DoorError`, which names the field."""
    told = _object(body, RANK)
    actions = tuple(map(_action, enumerate(_listed(told, "actions"))))
    request = RankRequest(
        event_id=_event_id(told.get("eventId")),
        actions=actions,
        excluded=frozenset(_texts(told, "excludedActions")) & {action.id for action in actions},
        context=[
            _dictionary(value, "contextFeatures") for value in _listed(told, "contextFeatures")
        ],
        defers_activation=_truth(told.get("deferActivation")),
        digest=hashlib.blake2b(_canonical(told), digest_size=16).hexdigest(),
    )
    _check(request)
    return request


def reward_value(body: bytes) -> float:
    """Return the reward. Raises `DoorError`.

    >>> reward_value(b'{"value": 0.5}')
    0.5
    """
    value = _object(body, REWARD).get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad_request(REWARD, "value: is required, a number from -1 to 1")
    if not abs(value) <= 1:  # nor does NaN, nor an integer that no float holds
        raise bad_request(REWARD, f"value: {str(value)[:32]} does not lie between -1 and 1")
    return float(value)


def _check(request: RankRequest) -> None:
    ids = [action.id for action in request.actions]
    if not ids:
        raise bad_request(RANK, "actions: name at least one")
    if len(ids) > ACTIONS_MAX:
        raise bad_request(RANK, f"actions: {len(ids)} of them, at most {ACTIONS_MAX}")
    twice = next((name for name in ids if ids.count(name) > 1), "")
    if twice:
        raise bad_request(RANK, f"actions: the id {twice!r} appears twice")
    if not request.candidates:
        raise bad_request(RANK, "excludedActions: exclude every action")


def _object(body: bytes, inner: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request(inner, "the body is no JSON") from None
    if not isinstance(told, dict):
        raise bad_request(inner, "the body is no JSON object")
    return told


def _listed(told: dict[str, Any], field: str) -> list[Any]:
    value = told.get(field)
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request(RANK, f"{field}: is no list")
    return value


def _action(numbered: tuple[int, Any]) -> Action:
    place, told = numbered
    name = told.get("id") if isinstance(told, dict) else None
    if (
        not isinstance(name, str)
        or not 0 < len(name.encode("utf-8", "replace")) <= ACTION_ID_BYTES_MAX
    ):
        raise bad_request(
            RANK, f"actions[{place}].id: is a text of 1 to {ACTION_ID_BYTES_MAX} bytes"
        )
    features = told.get("features")
    if features is not None and not isinstance(features, list):
        raise bad_request(RANK, f"actions[{place}].features: is no list of objects")
    where = f"actions[{place}].features"
    return Action(name, [_dictionary(value, where) for value in features or ()])


def _dictionary(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_request(RANK, f"{field}: holds something that is no object")
    return value


def _texts(told: dict[str, Any], field: str) -> list[str]:
    values = _listed(told, field)
    if not all(isinstance(value, str) for value in values):
        raise bad_request(RANK, f"{field}: holds something that is no text")
    return values


def _event_id(value: Any) -> str:
    """Return the caller's id, or a new one."""
    if value is None or value == "":
        return secrets.token_hex(16)
    if not isinstance(value, str) or len(value) > EVENT_ID_CHARS_MAX:
        raise bad_request(RANK, f"eventId: is a text of at most {EVENT_ID_CHARS_MAX} characters")
    return value


def _truth(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise bad_request(RANK, "deferActivation: is true or false")
    return bool(value)


def _canonical(told: dict[str, Any]) -> bytes:
    try:
        return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):  # half a character such as \ud800, or too deep
        raise bad_request(
            RANK, "the body holds a text that is no Unicode, or is too deep"
        ) from None

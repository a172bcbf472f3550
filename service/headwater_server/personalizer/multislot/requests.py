"""Multi-slot requests, checked as a whole before anything is done."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from headwater_server.personalizer.errors import bad_request
from headwater_server.personalizer.multislot.matching import spare
from headwater_server.personalizer.requests import (
    RANK,
    REWARD,
    Actions,
    EventId,
    Features,
    Texts,
    YesNo,
    canonical,
    json_object,
    message,
    number_of_reward,
    printable,
)

SLOTS_MAX = 50
SLOT_ID_BYTES_MAX = 128


def _slot_id(text: str) -> str:
    if not 0 < len(text.encode()) <= SLOT_ID_BYTES_MAX:
        raise ValueError(f"must be a text of 1 to {SLOT_ID_BYTES_MAX} bytes")
    return printable(text)


class Slot(BaseModel):
    """One slot, with the action that the caller would show there by itself."""

    model_config = ConfigDict(strict=True, frozen=True)
    id: Annotated[str, AfterValidator(_slot_id)]
    baseline: Annotated[str, Field(alias="baselineAction")]
    features: Features = []
    excluded: Annotated[Texts, Field(alias="excludedActions")] = []

    @model_validator(mode="before")
    @classmethod
    def _names_baseline(cls, given: Any) -> Any:
        if isinstance(given, dict) and not given.get("baselineAction"):
            raise ValueError(
                "baselineAction: is required: the id of the action that your page shows there by "
                "itself"
            )
        return given


class MultiSlotRequest(BaseModel):
    """A multi-slot rank call. ``digest`` depends on its content only."""

    model_config = ConfigDict(strict=True, frozen=True)
    event_id: Annotated[EventId, Field(alias="eventId", validate_default=True)] = ""
    actions: Actions
    slots: Annotated[list[Slot], Field(min_length=1, max_length=SLOTS_MAX)]
    context: Annotated[Features, Field(alias="contextFeatures")] = []
    defers: Annotated[YesNo, Field(alias="deferActivation")] = False
    digest: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> MultiSlotRequest:
        actions, slots = {one.id for one in self.actions}, [one.id for one in self.slots]
        twice = next((name for name in slots if slots.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"slots: the id {twice!r} appears twice")
        used: dict[str, int] = {}
        for place, slot in enumerate(self.slots):
            where, baseline = f"slots[{place}].baselineAction: {slot.baseline!r}", slot.baseline
            if baseline not in actions:
                raise ValueError(f"{where} is not among the actions")
            if baseline in slot.excluded:
                raise ValueError(f"{where} is among the slot's excludedActions")
            if baseline in used:
                raise ValueError(
                    f"{where} is that of slots[{used[baseline]}], too: each has its own"
                )
            used[baseline] = place
        return self

    def allowed(self, place: int, taken: list[str]) -> list[str]:
        """Return what may be shown in a slot, so that something is left for each later one."""
        later = [set(slot.excluded) for slot in self.slots[place + 1 :]]
        left = [one.id for one in self.actions if one.id not in taken]
        may = spare(left, later) if any(later) else left
        return [name for name in may if name not in self.slots[place].excluded]


def multi_slot_request(body: bytes) -> MultiSlotRequest:
    """Return the request. Raises `AdapterError`, which names the field."""
    text = canonical(json_object(body, RANK))
    try:
        request = MultiSlotRequest.model_validate_json(text)
    except ValidationError as error:
        raise bad_request(RANK, message(error)) from None
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    return request.model_copy(update={"digest": digest})


def slot_rewards(body: bytes) -> dict[str, float]:
    """Return the reward of each slot that is named. Raises `AdapterError`.

    >>> slot_rewards(b'{"reward": [{"slotId": "hero", "value": 0.5}]}')
    {'hero': 0.5}
    """
    given = json_object(body, REWARD).get("reward")
    if not isinstance(given, list) or not 0 < len(given) <= SLOTS_MAX:
        text = f"reward: is required, a list of 1 to {SLOTS_MAX} objects with slotId and value"
        raise bad_request(REWARD, text)
    found: dict[str, float] = {}
    for place, one in enumerate(given):
        slot = one.get("slotId") if isinstance(one, dict) else None
        if not isinstance(slot, str) or not slot:
            raise bad_request(REWARD, f"reward[{place}].slotId: is required, the id of a slot")
        if slot in found:
            raise bad_request(REWARD, f"reward[{place}].slotId: {slot[:64]!r} appears twice")
        found[slot] = number_of_reward(one.get("value"), f"reward[{place}].value")
    return found

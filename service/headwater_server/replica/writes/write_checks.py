"""Refuses catalogue and account writes: the text of a missing value as an id, a wrong period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater_server.engine.intake.admission import item_problems
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.entries import ItemWrite, UserWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import InvalidRequest


def check_items(writes: Sequence[ItemWrite], settings: EngineSettings) -> None:
    """Refuse the whole call if any item's id or group is a placeholder, or it could never be shown.

    Raises `InvalidRequest`.
    """
    _check("item.item_id", (write.item.item_id for write in writes), settings)
    for place, write in enumerate(writes):
        for field, problem in item_problems(write.item, settings.allowed_ids, write.fields):
            raise InvalidRequest(f"writes[{place}].item.{field}", problem)


def check_user_ids(writes: Sequence[UserWrite], settings: EngineSettings) -> None:
    """Refuse the whole call if any account's id is a placeholder. Raises `InvalidRequest`."""
    _check("user.user_id", (write.user_id for write in writes), settings)


def _check(field: str, ids: Iterable[str], settings: EngineSettings) -> None:
    for place, one in enumerate(ids):
        if reason := placeholder(one, settings.allowed_ids):
            raise InvalidRequest(
                f"writes[{place}].{field}", f"{reason}; the setting allowed_ids accepts it"
            )

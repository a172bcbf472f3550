"""Personalizer's HTTP paths: of v1.0, of the previews of v1.1, and of 2022-09-01-preview."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from headwater_server.personalizer.adapter import Adapter
from headwater_server.personalizer.administration.routes import administration_routes
from headwater_server.personalizer.calls.handling import (
    BODY_BYTES_MAX,
    answer,
    body_of,
    guarded,
    key_of_call,
)
from headwater_server.personalizer.errors import NOT_FOUND, UNAVAILABLE, AdapterError
from headwater_server.personalizer.multislot.adapter import MultiSlot
from headwater_server.personalizer.multislot.requests import multi_slot_request, slot_rewards
from headwater_server.personalizer.requests import event_id_of, rank_request, reward_value

__all__ = ["BASE", "BODY_BYTES_MAX", "PREFIXES", "adapter_routes"]

BASE = "/personalizer/v1.0"
PREFIXES = (
    BASE,
    "/personalizer/v1.1-preview.1",
    "/personalizer/v1.1-preview.2",
    "/personalizer/v1.1-preview.3",
    "/personalizer",  # with ?api-version=2022-09-01-preview
)
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
NO_STORE = (
    "Personalizer's API needs the store that holds the log: start headwater web with "
    "--redis-url, or with the --data-dir of the server"
)
OFFERED = "rank, events, multislot, configurations, evaluations, figures, logs and model are"


def adapter_routes(adapter: Callable[[], Adapter | None]) -> list[BaseRoute]:
    """Return the routes. ``adapter`` returns the open one, or None if there is no store for it."""

    def opened() -> Adapter:
        found = adapter()
        if found is None:
            raise AdapterError(503, UNAVAILABLE, NO_STORE)
        return found

    async def unknown(request: Request) -> Response:
        text = f"{request.method} {request.url.path} is not offered here; {OFFERED}"
        raise AdapterError(404, NOT_FOUND, text)

    routes: list[BaseRoute] = []
    for prefix in PREFIXES:
        routes += _calls(prefix, opened)
        routes += administration_routes(prefix, opened)
    return [*routes, Route("/personalizer/{rest:path}", guarded(unknown), methods=METHODS)]


def _calls(prefix: str, opened: Callable[[], Adapter]) -> list[BaseRoute]:
    """Return the routes of applications: one slot, and several."""

    async def rank(request: Request) -> Response:
        call = rank_request(await body_of(request))
        return answer(201, await opened().rank(key_of_call(request), call))

    async def reward(request: Request) -> Response:
        value = reward_value(await body_of(request))
        await opened().reward(
            key_of_call(request), event_id_of(request.path_params["event_id"]), value
        )
        return answer(204)

    async def activate(request: Request) -> Response:
        await opened().activate(key_of_call(request), event_id_of(request.path_params["event_id"]))
        return answer(204)

    async def rank_slots(request: Request) -> Response:
        call = multi_slot_request(await body_of(request))
        return answer(201, await MultiSlot(opened()).rank(key_of_call(request), call))

    async def reward_slots(request: Request) -> Response:
        values = slot_rewards(await body_of(request))
        slots, event_id = MultiSlot(opened()), event_id_of(request.path_params["event_id"])
        await slots.reward(key_of_call(request), event_id, values)
        return answer(204)

    async def activate_slots(request: Request) -> Response:
        slots, event_id = MultiSlot(opened()), event_id_of(request.path_params["event_id"])
        await slots.activate(key_of_call(request), event_id)
        return answer(204)

    found: list[BaseRoute] = []
    calls = {
        "/rank": rank,
        "/multislot/rank": rank_slots,
        "/multislot/events/{event_id:path}/reward": reward_slots,
        "/multislot/events/{event_id:path}/activate": activate_slots,
        "/events/{event_id:path}/reward": reward,
        "/events/{event_id:path}/activate": activate,
    }
    for path, handler in calls.items():
        found.append(Route(f"{prefix}{path}", guarded(handler), methods=["POST"]))
    return found

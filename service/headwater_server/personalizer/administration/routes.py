"""The HTTP paths of operators: configuration, policy, evaluations, figures, model, log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from headwater_server.personalizer.administration.calls import Administration
from headwater_server.personalizer.administration.evaluations import Evaluation
from headwater_server.personalizer.administration.results import in_2022, in_v1
from headwater_server.personalizer.calls.handling import (
    answer,
    body_of,
    guarded,
    key_of_call,
)
from headwater_server.personalizer.errors import not_offered
from headwater_server.personalizer.requests import canonical, json_object

INVALID = "InvalidRequest"
DIGEST = "the state is a fold over the log: start a server on an empty --catalogue"
_EXPORT = "headwater export writes what is on the log, and headwater lake as Parquet"
_WEIGHTS = "Recommend with explain, and the console, say what moved each score"
NOT_OFFERED: Mapping[tuple[str, str], str] = {
    ("GET", "/model"): "a snapshot belongs to its log; headwater digest names the state",
    ("PUT", "/model"): "headwater import brings the events of another system",
    ("DELETE", "/model"): f"{DIGEST} to begin again",
    ("DELETE", "/logs"): f"{DIGEST}, or erase a person with EraseUser",
    ("GET", "/logs/interactions"): _EXPORT,
    ("GET", "/logs/observations"): _EXPORT,
    ("POST", "/logs/interactions"): "headwater import brings interactions of another system",
    ("POST", "/logs/observations"): "headwater import brings observations of another system",
    ("GET", "/featureImportances"): _WEIGHTS,
    ("GET", "/featureImportances/{rest:path}"): _WEIGHTS,
    ("POST", "/featureImportances/{rest:path}"): _WEIGHTS,
    ("DELETE", "/featureImportances/{rest:path}"): _WEIGHTS,
}
Call = Callable[[Request, Administration], Awaitable[Response]]


class Opened(Protocol):
    """What is open: an adapter with its administration."""

    @property
    def administration(self) -> Administration:
        """The calls of operators."""


def administration_routes(prefix: str, opened: Callable[[], Opened]) -> list[BaseRoute]:
    """Return the routes under one version's prefix."""
    is_2022 = prefix == "/personalizer"
    shown = in_2022 if is_2022 else in_v1
    found: list[BaseRoute] = []

    def add(methods: str, path: str, call: Call) -> None:
        async def handler(request: Request) -> Response:
            return await call(request, opened().administration)

        found.append(Route(f"{prefix}{path}", guarded(handler), methods=methods.split()))

    add("GET", "/figures", _figures)
    add("GET", "/configurations/service", _service)
    add("PUT PATCH", "/configurations/service", _change_service)
    add("DELETE", "/configurations/service", _reset_service)
    for path in ("/configurations/policy", "/policy"):
        add("GET", path, _policy)
        add("PUT PATCH", path, _change_policy)
        add("DELETE", path, _reset_policy)
    add("POST", "/configurations/applyFromEvaluation", _apply)
    add("GET", "/evaluations", _lister(shown, is_list=not is_2022))
    add("POST", "/evaluations", _creator(shown))
    add("GET", "/evaluations/{evaluation_id:path}", _getter(shown))
    add("PUT POST", "/evaluations/{evaluation_id:path}", _put_evaluation)
    add("DELETE", "/evaluations/{evaluation_id:path}", _remove_evaluation)
    add("GET", "/logs/properties", _log_properties)
    add("GET", "/model/properties", _model_properties)
    for (method, path), instead in NOT_OFFERED.items():
        add(method, path, _refusing(f"{method} {path.partition('{')[0]}", instead))
    return found


async def _object(request: Request) -> dict[str, Any]:
    found = json_object(await body_of(request), INVALID)
    canonical(found, INVALID)  # what is not Unicode could be kept, and never answered
    return found


async def _figures(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.figures(key_of_call(request)))


async def _service(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.service(key_of_call(request)))


async def _change_service(request: Request, calls: Administration) -> Response:
    given = await _object(request)
    return answer(200, await calls.change_service(key_of_call(request), given))


async def _reset_service(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.reset_service(key_of_call(request)))


async def _policy(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.policy(key_of_call(request)))


async def _change_policy(request: Request, calls: Administration) -> Response:
    given = await _object(request)
    return answer(200, await calls.change_policy(key_of_call(request), given))


async def _reset_policy(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.reset_policy(key_of_call(request)))


async def _apply(request: Request, calls: Administration) -> Response:
    await calls.apply(key_of_call(request), await _object(request))
    return answer(204)


async def _put_evaluation(request: Request, calls: Administration) -> Response:
    given, wanted = await _object(request), request.path_params["evaluation_id"]
    await calls.evaluate(key_of_call(request), given, wanted)
    return answer(200)


async def _remove_evaluation(request: Request, calls: Administration) -> Response:
    await calls.remove_evaluation(key_of_call(request), request.path_params["evaluation_id"])
    return answer(204)


async def _log_properties(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.log_properties(key_of_call(request)))


async def _model_properties(request: Request, calls: Administration) -> Response:
    return answer(200, await calls.model_properties(key_of_call(request)))


Shown = Callable[..., dict[str, Any]]


def _lister(shown: Shown, *, is_list: bool) -> Call:
    async def call(request: Request, calls: Administration) -> Response:
        found = [shown(one, results=False) for one in await calls.evaluations(key_of_call(request))]
        return answer(200, found if is_list else {"value": found})

    return call


def _creator(shown: Shown) -> Call:
    async def call(request: Request, calls: Administration) -> Response:
        made: Evaluation = await calls.evaluate(key_of_call(request), await _object(request))
        response = answer(201, shown(made))
        response.headers["location"] = f"{request.url.path}/{made.evaluation_id}"
        return response

    return call


def _getter(shown: Shown) -> Call:
    async def call(request: Request, calls: Administration) -> Response:
        wanted = request.path_params["evaluation_id"]
        return answer(200, shown(await calls.evaluation(key_of_call(request), wanted)))

    return call


def _refusing(what: str, instead: str) -> Call:
    async def call(request: Request, calls: Administration) -> Response:
        await calls.check(key_of_call(request))
        raise not_offered(what, instead)

    return call

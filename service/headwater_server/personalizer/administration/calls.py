"""What an operator's calls do. A key that may not is refused before anything is done."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from headwater import Policy
from headwater_server.personalizer.administration import policies, service
from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.personalizer.administration.evaluations import (
    SUCCEEDED,
    Evaluation,
    Evaluations,
    evaluation_of,
    unknown,
)
from headwater_server.personalizer.administration.running import ONLINE, Runner
from headwater_server.personalizer.administration.times import iso
from headwater_server.personalizer.errors import NOT_ALLOWED, UNAVAILABLE, AdapterError, bad_request
from headwater_server.personalizer.figures.fold import Figures
from headwater_server.personalizer.figures.reading import FigureReader
from headwater_server.personalizer.figures.report import as_json
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.replica.clock import wall_clock_ms

BY = "by the Personalizer API"
NO_LOG = "the log cannot be read from here: give headwater web the place of the server's log"


class Administration:
    """The calls of operators, for all keys."""

    def __init__(
        self,
        server: ServerClient,
        configuration: Configuration,
        reader: FigureReader | None,
        evaluations: Evaluations,
        runner: Runner | None,
    ) -> None:
        """``reader`` and ``runner`` are None if this process cannot read the log."""
        self._server, self._configuration = server, configuration
        self._reader, self._evaluations, self._runner = reader, evaluations, runner

    async def figures(self, key: str) -> dict[str, Any]:
        """Return match rates, values and whether the policy is ready."""
        await self._server.check_operator(key)
        settings = await self._configuration.refresh()
        return as_json(await self._read(), settings)

    async def service(self, key: str) -> Any:
        """Return the configuration of the service."""
        await self._server.check_operator(key)
        await self._configuration.refresh()
        return await self._service(key)

    async def change_service(self, key: str, given: dict[str, Any]) -> Any:
        """Change the configuration, all of what is given or nothing."""
        await self._server.check_operator(key, changes=True)
        await self._configuration.refresh()
        change = service.changes_of(given, self._configuration)
        shares_now = await policies.exploration(self._server, key)
        if change.exploration is not None and shares_now.shown != change.exploration:
            reason = f"explorationPercentage {BY}"
            wanted = {shares_now.setting: change.exploration}
            await policies.explore(self._server, key, wanted, reason)
        if change.settings:
            await self._configuration.change(change.settings, wall_clock_ms())
        return await self._service(key)

    async def reset_service(self, key: str) -> Any:
        """Forget what calls changed: the settings of the file are in force again."""
        await self._server.check_operator(key, changes=True)
        await self._configuration.reset()
        return await self._service(key)

    async def policy(self, key: str) -> dict[str, str]:
        """Return the policy in force."""
        await self._server.check_operator(key)
        return await policies.current(self._server, key)

    async def change_policy(self, key: str, given: dict[str, Any]) -> dict[str, str]:
        """Put a policy in force."""
        await self._server.check_operator(key, changes=True)
        await self._server.promote(key, policies.contract_of(given), f"learning settings {BY}")
        return await policies.current(self._server, key)

    async def reset_policy(self, key: str) -> dict[str, str]:
        """Take the last policy away; without one nothing changes."""
        await self._server.check_operator(key, changes=True)
        now = await policies.current(self._server, key)
        if now["name"] != policies.NONE:
            await self._server.roll_back(key, now["name"], f"reset {BY}")
        return await policies.current(self._server, key)

    async def evaluate(
        self, key: str, given: dict[str, Any], evaluation_id: str = ""
    ) -> Evaluation:
        """Begin an evaluation."""
        await self._server.check_operator(key, changes=True)
        asked = evaluation_of(given, evaluation_id or uuid4().hex, wall_clock_ms())
        if self._runner is None:
            raise AdapterError(503, UNAVAILABLE, NO_LOG)
        settings = await self._configuration.refresh()
        await self._runner.start(asked, settings.personalizer_reward_wait_minutes)
        return asked

    async def evaluation(self, key: str, evaluation_id: str) -> Evaluation:
        """Return one evaluation."""
        await self._server.check_operator(key)
        return await self._evaluations.get(evaluation_id, wall_clock_ms())

    async def evaluations(self, key: str) -> list[Evaluation]:
        """Return all evaluations, newest first."""
        await self._server.check_operator(key)
        return await self._evaluations.all(wall_clock_ms())

    async def remove_evaluation(self, key: str, evaluation_id: str) -> None:
        """Remove an evaluation, and stop it. Raises `AdapterError` if there is none."""
        await self._server.check_operator(key, changes=True)
        if not await self._evaluations.remove(evaluation_id):
            raise unknown(evaluation_id)
        if self._runner is not None:
            await self._runner.stop(evaluation_id)

    async def apply(self, key: str, given: dict[str, Any]) -> None:
        """Put a policy of an evaluation in force."""
        await self._server.check_operator(key, changes=True)
        wanted, name = given.get("evaluationId"), given.get("policyName")
        if not isinstance(wanted, str) or not isinstance(name, str):
            raise bad_request("InvalidRequest", "evaluationId and policyName: are required, texts")
        found = await self._evaluations.get(wanted, wall_clock_ms())
        if found.status != SUCCEEDED or found.report is None:
            raise AdapterError(409, NOT_ALLOWED, f"the evaluation is {found.status}, not Succeeded")
        if name == ONLINE:
            return
        if name not in found.policies:
            known = ", ".join([ONLINE, *found.policies])
            text = f"policyName: {name[:64]!r} is no policy that it can apply; {known} are"
            raise AdapterError(404, "LearningSettingsNotFound", text)
        verdicts = {one["policy"]: one["verdict"] for one in found.report["policies"]}
        reason = f"applied from evaluation {wanted} (verdict: {verdicts.get(name)}) {BY}"
        await self._server.promote(key, Policy(name, found.policies[name]), reason)

    async def log_properties(self, key: str) -> dict[str, Any]:
        """Return from when until when the log goes."""
        first, last = await self._span(key)
        return {"dateRange": {"from": iso(first), "to": iso(last)}}

    async def model_properties(self, key: str) -> dict[str, Any]:
        """Return when the model began, and when it last learned: the model is a fold of the log."""
        first, last = await self._span(key)
        return {"creationTime": iso(first), "lastModifiedTime": iso(last)}

    async def check(self, key: str) -> None:
        """Refuse a key that may not see anything here."""
        await self._server.check_operator(key)

    async def _span(self, key: str) -> tuple[int, int]:
        await self._server.check_operator(key)
        if self._reader is None:
            raise AdapterError(503, UNAVAILABLE, NO_LOG)
        found = await self._reader.span()
        if found is None:
            raise AdapterError(404, "LogsPropertiesNotFound", "the log is empty")
        return found

    async def _read(self) -> Figures:
        if self._reader is None:
            raise AdapterError(503, UNAVAILABLE, NO_LOG)
        return await self._reader.current()

    async def _service(self, key: str) -> Any:
        share = await policies.exploration(self._server, key)
        figures = await self._reader.current() if self._reader else None
        return service.as_json(self._configuration, share.shown, figures)

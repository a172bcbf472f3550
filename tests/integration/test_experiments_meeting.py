"""Experiments that would share visitors or settings with another one, and what has no settings."""

from __future__ import annotations

import pytest

from headwater import ExperimentUnit, InvalidRequestError
from headwater_server.storage.storage import Storage
from tests.integration.experiment_shop import experiment, running

WRONG = {
    "experiment.share": lambda c: c.create_experiment(experiment("second")),
    "experiment.layer": lambda c: c.create_experiment(experiment("second", layer="other")),
    "experiment.unit": lambda c: c.create_experiment(
        experiment("second", unit=ExperimentUnit.USER)
    ),
    "policy_id": lambda c: c.promote_policy("popular", force="we like it"),
}


@pytest.mark.parametrize("field", WRONG)
async def test_what_meets_another_experiment_or_has_no_settings_names_its_field(
    storage: Storage, field: str
) -> None:
    async with running(storage) as client:
        before = (await client.get_model(compute_digest=True)).digest
        with pytest.raises(InvalidRequestError) as caught:
            await WRONG[field](client)
        assert caught.value.field == field
        assert (await client.get_model(compute_digest=True)).digest == before

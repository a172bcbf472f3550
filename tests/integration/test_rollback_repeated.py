"""A rollback whose answer was lost is sent again: every server answers it alike."""

from __future__ import annotations

import pytest

from headwater import FailedPreconditionError, Policy
from headwater_server.storage.storage import Storage
from tests.integration.experiment_shop import WARM, shop


async def test_a_rollback_may_be_sent_again_to_any_server_and_after_a_restart(
    storage: Storage,
) -> None:
    async with shop(storage) as first, shop(storage) as second:
        await first.upsert_policy(WARM)
        await first.promote_policy("warm", force="we like it")
        await first.rollback_policy("warm")
        entries = (await first.get_model()).counts["log_entries"]
        assert (await second.rollback_policy("warm")).promotions == ()
        assert (await second.get_model()).counts["log_entries"] == entries
    async with shop(storage) as third:
        assert (await third.rollback_policy("warm")).promotions == ()
        await third.promote_policy("warm", force="again")
        await third.upsert_policy(Policy("bold", {"exploration_epsilon": 0.5}))
        await third.promote_policy("bold", force="over it")
        with pytest.raises(FailedPreconditionError, match="bold was promoted later"):
            await third.rollback_policy("warm")
        await third.rollback_policy("bold")
        assert [one.policy_id for one in await third.list_promotions()] == ["warm"]
        with pytest.raises(FailedPreconditionError, match="popular"):
            await third.rollback_policy("popular")  # it never was

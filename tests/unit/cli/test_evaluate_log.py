"""`headwater evaluate` on a log: a wrong flag is a sentence, and a defect is not."""

from __future__ import annotations

from contextlib import asynccontextmanager, nullcontext

import pytest

from headwater_server.cli import compiling
from headwater_server.cli.evaluating import of_log
from headwater_server.engine import warmup
from headwater_server.errors import CodeMissing
from headwater_server.evaluation.asking import evaluate
from headwater_server.evaluation.asking.own_engine import PolicyRefused
from headwater_server.settings_checks import BadSettings


@asynccontextmanager
async def no_source(_):
    yield None, None, None


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (PolicyRefused("policy fast: it lacks a ranker"), BadSettings),
        (CodeMissing("ranker: shop.own cannot be imported"), BadSettings),
        (ValueError("operands could not be broadcast together"), ValueError),
    ],
)
async def test_only_a_refused_policy_is_reported_as_misuse(monkeypatch, error, shown) -> None:
    async def failing(*_):
        raise error

    monkeypatch.setattr(of_log, "open_source", no_source)
    monkeypatch.setattr(compiling, "compiling_shown", nullcontext)
    monkeypatch.setattr(warmup, "warm_up", lambda: None)
    monkeypatch.setattr(warmup, "warm_up_chances", lambda: None)
    monkeypatch.setattr(evaluate, "evaluate", failing)
    with pytest.raises(shown, match=str(error)) as caught:
        await of_log._evaluate(None, None, ())
    assert type(caught.value) is shown

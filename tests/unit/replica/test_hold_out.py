"""The hold-out of the settings: begun once, and no trouble with it keeps a server away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from headwater_server.errors import (
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidRequest,
    Overloaded,
    StoreUnavailable,
)
from headwater_server.replica.experiments import hold_out as module
from headwater_server.replica.experiments.hold_out import HoldOut


class Book:
    """What is on the log, and the errors of the next writes."""

    def __init__(self, errors: Sequence[Exception] = ()) -> None:
        self.tries = 0
        self.begun: list[Any] = []
        self._errors = list(errors)

    def experiments(self, after: str, count: int) -> Any:
        return SimpleNamespace(experiments=[SimpleNamespace(experiment=one) for one in self.begun])

    async def create(self, write: Any, time_remaining_s: float) -> None:
        self.tries += 1
        await asyncio.sleep(0)
        if self._errors:
            raise self._errors.pop(0)
        self.begun.append(write.experiment)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.001)


def hold_out(book: Any, share: float = 0.05) -> HoldOut:
    return HoldOut(book, book, share)


async def test_it_has_begun_when_the_server_has_started() -> None:
    await hold_out(book := Book()).begin()
    await hold_out(book).begin()
    assert (book.tries, [one.experiment_id for one in book.begun]) == (1, ["hold-out"])


async def test_it_begins_later_while_the_store_does_not_take_it() -> None:
    errors = [DeadlineExceeded("late"), Overloaded("full"), StoreUnavailable("away")]
    one = hold_out(book := Book(errors))
    await one.begin()
    assert book.begun == []
    while not book.begun:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    assert book.tries == 4
    await one.stop()


@pytest.mark.parametrize(
    "error",
    [
        AlreadyExists("experiment.experiment_id", "hold-out", "another"),
        FailedPrecondition("experiment", ["the layer is full"]),
        InvalidRequest("experiment", "is refused"),
    ],
)
async def test_what_will_never_begin_is_said_once(error: Exception) -> None:
    await hold_out(book := Book([error])).begin()
    await asyncio.sleep(0.01)
    assert (book.tries, book.begun) == (1, [])


async def test_a_server_that_stops_tries_no_more() -> None:
    one = hold_out(book := Book([StoreUnavailable("away")] * 1_000))
    await one.begin()
    await one.stop()
    tries = book.tries
    await asyncio.sleep(0.01)
    assert book.tries == tries


async def test_nothing_is_done_without_a_share() -> None:
    await hold_out(book := Book(), 0.0).begin()
    assert book.tries == 0

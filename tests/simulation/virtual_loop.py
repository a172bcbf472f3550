"""An event loop without a clock and without I/O: when nobody can run, time jumps to the next timer.

So a run takes only its computing, and the same seed gives the same run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar
from random import Random
from typing import Any

Tasks = list["asyncio.Task[Any]"]
OWNER: ContextVar[Tasks | None] = ContextVar("owner", default=None)
"""Where the tasks are noted that a replica starts, so that it can be killed with all of them."""


class _NothingToRead:
    """Takes the place of the system that a loop asks for what is ready."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout_s: float | None) -> list[Any]:
        if timeout_s is None:
            raise AssertionError("the simulation stands still: everybody waits for somebody")
        self._loop.now_s += timeout_s
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs what threads would do on the loop, a random while later."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.now_s = 0.0
        self.faults: list[str] = []
        self._random = random
        self._selector = _NothingToRead(self)
        self._clock_resolution = 1e-9
        self.set_task_factory(_owned)
        self.set_exception_handler(self._note)

    def time(self) -> float:
        return self.now_s

    def run_in_executor(
        self, executor: Any, work: Callable[..., Any], *arguments: Any
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        self.call_later(self._random.uniform(0, 0.02), _finish, future, work, arguments)
        return future

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "callback" in str(context.get("message", "")).lower():  # not what a killed task left
            self.faults.append(repr(context))


def _finish(future: asyncio.Future[Any], work: Callable[..., Any], arguments: Any) -> None:
    if future.done():
        return
    try:
        future.set_result(work(*arguments))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
        future.set_exception(error)


def _owned(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
    context: Context | None = options.get("context")
    owner = context.get(OWNER) if context is not None else OWNER.get()
    task = asyncio.Task(work, loop=loop, **options)
    if owner is not None:
        owner.append(task)
    return task

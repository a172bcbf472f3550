"""The load generator: one process, orders in and figures out as JSON.

Started once for all rounds by `Load`; ``python -m benchmarks.serving.load`` by itself reads one
order a line from standard input.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Self

import grpc
import psutil
import uvloop

from benchmarks.serving.calls import CALLS
from benchmarks.serving.order import Calls, Order, Stream
from benchmarks.serving.program import pinned

LOAD_CORE = 1
OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)
now_s = time.perf_counter  # uvloop's own clock stands still for a millisecond


class Load:
    """The generator as seen by who gives the orders."""

    def __enter__(self) -> Self:
        """Start it, on a core of its own."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.serving.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(LOAD_CORE),  # noqa: PLW1509 - no thread runs here
        )
        self.process = psutil.Process(self._process.pid)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def send(self, order: Order) -> None:
        """Let it begin."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for above
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()

    def receive(self) -> list[Calls]:
        """Return what came of each stream, when all have ended."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for above
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load generator ended")
        return [Calls(**stream) for stream in json.loads(line)]

    def run(self, order: Order) -> list[Calls]:
        """Send an order and wait for what comes of it."""
        self.send(order)
        return self.receive()


class _Sender:
    """One stream of one order."""

    def __init__(
        self, channels: Sequence[grpc.aio.Channel], stream: Stream, bodies: Iterator[bytes]
    ) -> None:
        self._stream = stream
        self._bodies = bodies
        path = CALLS[stream.call].path
        self._methods: Any = itertools.cycle([channel.unary_unary(path) for channel in channels])
        self._calls = Calls()
        self._answers: list[Any] = []

    async def run(self, start_s: float) -> Calls:
        if self._stream.rate:
            await self._paced(start_s)
        else:
            chains = range(self._stream.in_flight)
            await asyncio.gather(*(self._chain(start_s) for _ in chains))
        self._calls.seconds = now_s() - start_s
        problem = CALLS[self._stream.call].problem
        self._calls.problems = [
            answer if isinstance(answer, str) else problem(answer, self._stream.events)
            for answer in self._answers
        ]
        return self._calls

    async def _chain(self, start_s: float) -> None:
        while (at_s := now_s()) < start_s + self._stream.seconds:
            await self._call(at_s, start_s)

    async def _paced(self, start_s: float) -> None:
        """Send bunches when they are due. What falls due while we are late is sent at once."""
        async with asyncio.TaskGroup() as tasks:
            for n in itertools.count():
                due_s = start_s + n / self._stream.rate
                if due_s >= start_s + self._stream.seconds:
                    break
                await asyncio.sleep(due_s - now_s())
                for _ in range(self._stream.in_flight):
                    tasks.create_task(self._call(due_s, start_s))

    async def _call(self, at_s: float, start_s: float) -> None:
        answer: bytes | str
        try:
            answer = await next(self._methods)(next(self._bodies), timeout=self._stream.timeout_s)
        except grpc.aio.AioRpcError as error:
            answer = error.code().name
        took_s = now_s() - at_s
        self._calls.at_s.append(at_s - start_s)
        self._calls.took_ms.append(1_000 * took_s)
        self._answers.append(answer)


async def _answer(order: Order, channels: Sequence[grpc.aio.Channel]) -> list[Calls]:
    senders = []
    for n, stream in enumerate(order.streams):
        bodies = CALLS[stream.call].requests(order, n, stream.events)
        senders.append(_Sender(channels, stream, bodies))
    start_s = now_s()
    return await asyncio.gather(*(sender.run(start_s) for sender in senders))


async def _main() -> None:
    channels: dict[tuple[str, int], grpc.aio.Channel] = {}
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        values = json.loads(line)
        streams = tuple(Stream(**stream) for stream in values.pop("streams"))
        order = Order(streams=streams, **values)
        used = [(order.address, n) for n in range(order.connections)]
        for one in used:
            if one not in channels:
                channels[one] = grpc.aio.insecure_channel(order.address, OWN_CONNECTION)
        done = await _answer(order, [channels[one] for one in used])
        print(json.dumps([asdict(calls) for calls in done]), flush=True)


if __name__ == "__main__":
    uvloop.run(_main())

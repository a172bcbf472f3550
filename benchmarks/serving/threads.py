"""The road not taken: the same engine behind a thread pool and one lock (docs/adr/0002).

A reading thread answers under the lock. A writing thread queues its events and waits; one learner
thread appends all that wait as one entry, reads the log up to it, and applies it, releasing the
lock after each event. Everything else is the server's own code. What it lacks of a replica (health,
snapshots, other replicas' entries, errors of events) costs nothing here.
``python -m benchmarks.serving.threads DATA_DIR WORKERS WAITING_MAX``; WAITING_MAX 0 is no limit.
"""

from __future__ import annotations

import asyncio
import hashlib
import queue
import signal
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import grpc
import redis

from benchmarks.serving.handlers import add_methods
from headwater.v1.feedback_service_pb2 import FeedbackRequest, FeedbackResponse
from headwater.v1.recommendation_service_pb2 import RecommendRequest
from headwater_server.api.translate.feedback import feedback_request, feedback_response
from headwater_server.api.translate.recommendation import recommend_request, recommend_response
from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.messages.events import Outcome, fingerprint
from headwater_server.engine.tokens.attribution_token import TokenKey, sign
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.answers import Answer, WriteAnswer
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import Position
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

KEYS = ("hw:{default}:log", "hw:{default}:head")
MARGIN_S = 0.05

Waiting = tuple[bytes, int, Future[WriteAnswer]]


class Learner:
    """The engine, its lock, and the one thread that appends and applies."""

    def __init__(
        self, engine: Engine, position: Position, store: redis.Redis, key: TokenKey
    ) -> None:
        self.engine = engine
        self.lock = threading.Lock()
        self.queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._position = position
        self._store = store
        self._key = key
        text = (files("headwater_server.storage.log") / "append.lua").read_text()
        store.script_load(text)
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def recommend(self, request: Any) -> Answer:
        """Answer under the lock; sign without it."""
        with self.lock:
            answer = self.engine.recommend(request, wall_clock_ms())
            offset = self._position.offset
        token = sign(answer, self._key, visitor_id=request.visitor_id, expire_s=2**32 - 1)
        return Answer(answer, token, offset)

    def run(self) -> None:
        """Append and apply forever."""
        while True:
            group = [self.queue.get()]
            while not self.queue.empty():
                group.append(self.queue.get())
            payload = b"".join(encoded for encoded, _, _ in group)
            self._store.evalsha(self._sha, len(KEYS), *KEYS, payload, "")
            outcomes = self._apply()
            for _, size, future in group:
                future.set_result(WriteAnswer(outcomes[:size], self._position.offset))
                del outcomes[:size]

    def _apply(self) -> list[Outcome]:
        outcomes: list[Outcome] = []
        page: Any = self._store.xread({KEYS[0]: self._position.offset})
        for offset, fields in page[0][1]:
            entry = StoredEntry(Position(offset.decode(), int(fields[b"n"])), fields[b"e"])
            for n in range(entry.size):
                with self.lock:
                    outcomes += self.engine.apply(entry.part(n, n + 1))
            self._position = entry.position
        return outcomes


class Methods:
    """Recommend, and a Feedback that waits, each on a thread of the pool."""

    def __init__(self, learner: Learner, waiting_max: int) -> None:
        self._learner = learner
        self._room = threading.Semaphore(waiting_max)

    def recommend(self, request: RecommendRequest, _: grpc.ServicerContext) -> bytes:
        """Translate, call, translate."""
        return recommend_response(self._learner.recommend(recommend_request(request)[0]))

    def feedback(self, request: FeedbackRequest, context: grpc.ServicerContext) -> FeedbackResponse:
        """Wait for the learner within the caller's deadline."""
        if not self._room.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too much feedback waits")
        try:
            events = list(feedback_request(request))
            settings = self._learner.engine.settings
            signed = [replace(event, fingerprint=fingerprint(event, t)) for event, t in events]
            good = [event for event in signed if not quarantine_reason(event, settings)]
            future: Future[WriteAnswer] = Future()
            self._learner.queue.put((encode_operations(good), len(good), future))
            remaining_s = context.time_remaining() or 10.0
            return feedback_response(events, future.result(max(0.0, remaining_s - MARGIN_S)))
        except TimeoutError:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the store does not answer")
        finally:
            self._room.release()


async def main(data_dir: Path, workers: int, waiting_max: int) -> None:
    """Serve until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    warm_up()
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        engine, position = await fold(storage.log, Engine, snapshots=storage.snapshots)
        assert storage.server is not None  # noqa: S101 - it was asked for
        store = redis.Redis(unix_socket_path=str(storage.server.socket_path))
        learner = Learner(engine, position, store, storage.token_keys.signing(0))
        threading.Thread(target=learner.run, daemon=True).start()
        server = grpc.server(ThreadPoolExecutor(workers))
        methods = Methods(learner, waiting_max or sys.maxsize)
        add_methods(server, methods.recommend, methods.feedback)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        print(f"threads ready on 127.0.0.1:{port}", flush=True)
        await stopping.wait()
        server.stop(1).wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))

"""A bare grpcio server that answers with the messages of headwater.v1, and does nothing else.

It builds a slate of 20 items, or the outcome of one event, for each call: what any server of this
API has to do at least. ``python -m benchmarks.serving.echo aio|queue|threads``
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import uvloop

from benchmarks.serving.handlers import add_methods
from headwater.v1.event_pb2 import EVENT_STATUS_CREATED, EventResult
from headwater.v1.feedback_service_pb2 import FeedbackRequest, FeedbackResponse
from headwater.v1.recommendation_service_pb2 import RecommendRequest, RecommendResponse
from headwater_server.api.front.completion_queue_server import CompletionQueueServer

THREADS = 4
TOKEN = "t" * 376  # as long as that of a real slate of 20
ITEM_IDS = [f"item-{n}" for n in range(20)]


def slate(_: RecommendRequest, __: object = None) -> RecommendResponse:
    """Return 20 results, built for this call."""
    response = RecommendResponse(
        recommendation_id="0123456789abcdef01234567",
        attribution_token=TOKEN,
        offset="1700000000000-0",
        policy="echo",
    )
    add = response.results.add
    for item_id in ITEM_IDS:
        add(item_id=item_id, score=0.5, propensity=0.25)
    return response


def outcome(request: FeedbackRequest, _: object = None) -> FeedbackResponse:
    """Return one result an event, built for this call."""
    results = [
        EventResult(event_id=event.event_id, status=EVENT_STATUS_CREATED, detail="")
        for event in request.events
    ]
    return FeedbackResponse(results=results, offset="1700000000000-0")


async def slate_on_loop(request: RecommendRequest, _: object) -> RecommendResponse:
    """Answer Recommend on the loop."""
    return slate(request)


async def outcome_on_loop(request: FeedbackRequest, _: object) -> FeedbackResponse:
    """Answer Feedback on the loop."""
    return outcome(request)


def serve_on_threads() -> None:
    """Serve from a pool of `THREADS` until SIGTERM."""
    server = grpc.server(ThreadPoolExecutor(THREADS))
    add_methods(server, slate, outcome)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"echo ready on 127.0.0.1:{port}", flush=True)
    stopping.wait()
    server.stop(1).wait()


async def serve_on_loop(style: str) -> None:
    """Serve from one loop until SIGTERM, with grpc.aio or with our own server below the API."""
    server: Any = grpc.aio.server() if style == "aio" else CompletionQueueServer(())
    add_methods(server, slate_on_loop, outcome_on_loop)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"echo ready on 127.0.0.1:{port}", flush=True)
    await stopping.wait()
    await server.stop(1)


if __name__ == "__main__":
    if sys.argv[1] == "threads":
        serve_on_threads()
    else:
        uvloop.run(serve_on_loop(sys.argv[1]))

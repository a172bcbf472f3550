"""The floods, each a process of its own: ``python -m benchmarks.attack.floods NAME ADDRESS S``."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import grpc

from benchmarks.attack import frames
from benchmarks.attack.shop import ATTACK_KEY, ITEMS, PAGE_KEY, item_id
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as feedback
from headwater.v1 import recommendation_service_pb2 as recommendation

RECOMMEND = "/headwater.v1.RecommendationService/Recommend"
SIMILAR = "/headwater.v1.RecommendationService/ListSimilarItems"
FEEDBACK = "/headwater.v1.FeedbackService/Feedback"
Call = Callable[[int], tuple[str, bytes]]
PAUSE_S = 0.001


def listed(n: int) -> tuple[str, bytes]:
    """Ask for a plain list."""
    request = recommendation.RecommendRequest(visitor_id=f"a{n}")
    return RECOMMEND, request.SerializeToString()


def explained(n: int) -> tuple[str, bytes]:
    """Ask for 100 items with reasons."""
    request = recommendation.RecommendRequest(visitor_id=f"a{n}", page_size=100, explain=True)
    return RECOMMEND, request.SerializeToString()


def similar(n: int) -> tuple[str, bytes]:
    """Ask for what goes with 100 items."""
    ids = [item_id((n + 31 * k) % ITEMS) for k in range(100)]
    request = recommendation.ListSimilarItemsRequest(item_ids=ids, page_size=100)
    return SIMILAR, request.SerializeToString()


def filtered(n: int) -> tuple[str, bytes]:
    """Ask with a filter of as many terms as a filter may have, each time another."""
    terms = [f"price < {n % 997 + k}.5" for k in range(40)]
    request = recommendation.RecommendRequest(visitor_id=f"a{n}", filter=" OR ".join(terms))
    return RECOMMEND, request.SerializeToString()


def clicked(n: int) -> tuple[str, bytes]:
    """Send one click."""
    return FEEDBACK, feedback.FeedbackRequest(events=[_event(n, 1)]).SerializeToString()


def imported(n: int) -> tuple[str, bytes]:
    """Send 100 events of 10 items."""
    events = [_event(100 * n + k, 10) for k in range(100)]
    return FEEDBACK, feedback.FeedbackRequest(events=events).SerializeToString()


def thousand(n: int) -> tuple[str, bytes]:
    """Send one event with 1,000 items."""
    return FEEDBACK, feedback.FeedbackRequest(events=[_event(n, 1_000)]).SerializeToString()


def ahead(n: int) -> tuple[str, bytes]:
    """Ask for a state that does not come."""
    offset = f"{int(1_000 * time.time()) + 3_600_000}-0"
    request = recommendation.RecommendRequest(visitor_id=f"a{n}", min_offset=offset)
    return RECOMMEND, request.SerializeToString()


def empties(_n: int) -> tuple[str, bytes]:
    """Send 1 MB of empty events."""
    return FEEDBACK, b"\x0a\x00" * 500_000


def _event(n: int, items: int) -> event_pb2.Event:
    return event_pb2.Event(
        event_id=f"a{random.getrandbits(64)}",
        event_type="click",
        visitor_id=f"a{n % 1_000}",
        items=[event_pb2.EventItem(item_id=item_id((n + k) % ITEMS)) for k in range(items)],
    )


async def calls(
    address: str, seconds: float, call: Call, key: str, *, together: int, connections: int = 1
) -> int:
    """Keep ``together`` calls under way on each connection; return how many ended."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    end_s, done = time.monotonic() + seconds, 0
    metadata = [("authorization", f"Bearer {key}")] if key else None

    async def one(channel: grpc.aio.Channel, start: int) -> None:
        nonlocal done
        n = start
        while time.monotonic() < end_s:
            path, body = call(n)
            with contextlib.suppress(grpc.aio.AioRpcError):
                method: Any = channel.unary_unary(path)
                await method(body, metadata=metadata, timeout=20)
            done, n = done + 1, n + together

    async with contextlib.AsyncExitStack() as stack:
        channels = [
            await stack.enter_async_context(grpc.aio.insecure_channel(address, options=options))
            for _ in range(connections)
        ]
        work = [one(channel, n) for channel in channels for n in range(together)]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*work), seconds)
    return done


async def unread(address: str, seconds: float) -> int:
    """Ask for large answers on four connections, and read none of them."""
    _, body = explained(1)
    sockets, sent = [frames.connected(address) for _ in range(4)], 0
    end_s = time.monotonic() + seconds
    for one in sockets:
        one.sendall(frames.settings())
        one.setblocking(False)
    stream = 1
    while time.monotonic() < end_s:
        for one in sockets:
            call = frames.headers(stream, RECOMMEND, ATTACK_KEY) + frames.message(stream, body)
            with contextlib.suppress(BlockingIOError, OSError):
                one.send(call)
                sent += 1
        stream += 2
        await asyncio.sleep(PAUSE_S)
    return sent


async def resets(address: str, seconds: float) -> int:
    """Open calls and cancel them at once, without a key."""
    end_s, sent = time.monotonic() + seconds, 0
    while time.monotonic() < end_s:
        with contextlib.suppress(OSError), frames.connected(address) as one:
            one.sendall(frames.settings())
            for stream in range(1, 60_001, 2):
                one.sendall(frames.headers(stream, RECOMMEND) + frames.reset(stream))
                sent += 1
                if time.monotonic() > end_s:
                    break
        await asyncio.sleep(PAUSE_S)
    return sent


async def idle(address: str, seconds: float) -> int:
    """Hold 1,500 connections that send nothing, and open them again when they are closed."""
    import resource  # noqa: PLC0415 - Windows has none

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    held: list[socket.socket] = []
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        while len(held) < 1_500 and time.monotonic() < end_s:
            with contextlib.suppress(OSError):
                held.append(frames.connected(address))
        await asyncio.sleep(1)
    return len(held)


Flood = Callable[[str, float], Coroutine[Any, Any, int]]


def _calls(call: Call, key: str, together: int, connections: int = 1) -> Flood:
    return lambda address, seconds: calls(
        address, seconds, call, key, together=together, connections=connections
    )


FLOODS: dict[str, Flood] = {
    "explain 100, 500 at once": _calls(explained, ATTACK_KEY, 500),
    "similar to 100, 500 at once": _calls(similar, ATTACK_KEY, 500),
    "filters of 40 terms": _calls(filtered, ATTACK_KEY, 64),
    "plain lists, 8 connections": _calls(listed, ATTACK_KEY, 64, 8),
    "clicks of a page": _calls(clicked, PAGE_KEY, 64),
    "100 events of 10 items": _calls(imported, ATTACK_KEY, 64),
    "one event of 1,000 items": _calls(thousand, ATTACK_KEY, 16),
    "min_offset of the future": _calls(ahead, PAGE_KEY, 300),
    "1 MB of empty events, no key": _calls(empties, "", 8, 8),
    "1 MB of empty events": _calls(empties, ATTACK_KEY, 8),
    "calls without a key": _calls(clicked, "", 100, 4),
    "answers never read": unread,
    "HTTP/2 resets, no key": resets,
    "1,500 idle connections": idle,
}  # fmt: skip


if __name__ == "__main__":
    name, target, lasts_s = sys.argv[1:4]
    random.seed(7)
    print(asyncio.run(FLOODS[name](target, float(lasts_s))))

"""A shop that still speaks Personalizer: a real store, a real server, and its published SDK."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

from headwater import AsyncClient
from tests.integration.api_server import free_port
from tests.integration.conftest import program
from tests.integration.waiting import PATIENCE_S
from tests.system.programs import HEADWATER, started

KEY = "a-backend-key-of-this-shop"
MEALS = {"pasta": "salty", "cake": "sweet", "soup": "salty"}
SERVER_FLAGS = ("--exploration-epsilon", "0.2", "--attribution-window-minutes", "0.02")


class Shop:
    """One store, one server, and as many web processes as a test wants."""

    def __init__(self, path: Path, redis_url: str, address: str) -> None:
        self.path = path
        self.redis_url = redis_url
        self.address = address

    @contextmanager
    def web(self, *flags: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """Run a web process; give it and its URL."""
        command = [
            *HEADWATER, "web", "--listen", f"127.0.0.1:{free_port()}", "--target", self.address,
            "--redis-url", self.redis_url, *flags,
        ]  # fmt: skip
        log = self.path / "web.log"
        with started(command, log, r"web ready on (\S+)\n", HEADWATER_KEY=KEY) as running:
            yield running

    def counts(self) -> dict[str, int]:
        """Return what the server counts."""

        async def ask() -> dict[str, int]:
            async with AsyncClient(self.address, key=KEY) as client:
                return dict((await client.get_model()).counts)

        return asyncio.run(ask())

    def learned(self) -> int:
        """Return how many events the server has learned."""
        return self.counts()["events_learned"]

    def keys(self) -> list[str]:
        """Return what the adapter keeps in the store."""
        import redis

        with redis.Redis.from_url(self.redis_url) as client:
            return [key.decode() for key in client.scan_iter("hw:{default}:personalizer:*")]


@contextmanager
def open_shop(path: Path, backend: str = "redis") -> Iterator[Shop]:
    """Start a store and a server."""
    socket = path / "s"
    store = [
        str(program(backend)), "--port", "0", "--unixsocket", str(socket), "--dir", str(path),
        "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
    ]  # fmt: skip
    with started(store, path / "store.log", r"[Rr]eady to accept connections"):
        url = f"unix://{socket}"
        server = [
            *HEADWATER, "serve", "--listen", "127.0.0.1:0", "--redis-url", url, *SERVER_FLAGS
        ]  # fmt: skip
        log = path / "serve.log"
        with started(server, log, r"ready on (\S+) offset", HEADWATER_KEYS=KEY) as (_, address):
            yield Shop(path, url, address)


def sdk(url: str, key: str = KEY) -> PersonalizerClient:
    """Return Personalizer's own client, pointed at us: the one line that changes."""
    client = PersonalizerClient(url, CognitiveServicesCredentials(key))
    client.config.retry_policy.retries = 0  # errors are what a test looks at
    return client


def question(context: str = "any", **more) -> RankRequest:
    actions = [RankableAction(id=name, features=[{"taste": t}]) for name, t in MEALS.items()]
    return RankRequest(actions=actions, context_features=[{"time": context}], **more)


def chances(answer) -> dict[str, float]:
    return {action.id: action.probability for action in answer.ranking}


def post(url: str, path: str, content: object, key: str = KEY) -> httpx.Response:
    """Call without the SDK, which checks and hides some things."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Ocp-Apim-Subscription-Key": key, "content-type": "application/json"}
    return httpx.post(
        f"{url}/personalizer/v1.0{path}", content=body, headers=headers, timeout=PATIENCE_S
    )


def wait_for(condition) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "it did not come about in time"
        time.sleep(0.05)

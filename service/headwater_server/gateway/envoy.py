"""Envoy itself: how it is started, whether it is ready, and what it thinks of a file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from headwater_server.gateway.addresses import Address
from headwater_server.gateway.extra import KEY_VARIABLE, envoy_program
from headwater_server.gateway.plan import Plan

PREFIX = "HEADWATER_"
OWN_WORDS = re.compile(r"error initializing configuration '[^']*': (.*)", re.DOTALL)
ANSWER_PATIENCE_S = 2.0
LOOK_EVERY_S = 0.02
UNDER_WAY = "http.gateway.downstream_rq_active"
DONE = f"{UNDER_WAY}: 0\n"


class BadConfigurationError(OSError):
    """Envoy does not take the configuration; the text is its own."""


def command(plan: Plan, config: Path) -> list[str]:
    """Return how Envoy is started in the folder of ``config``."""
    return [
        str(envoy_program()),
        *("-c", config.name, "--concurrency", str(plan.settings.gateway_threads)),
        *("--disable-hot-restart", "--log-level", "warning"),
        *("--file-flush-interval-msec", "1000"),
    ]


def environment(key: str | None) -> Mapping[str, str]:
    """Return what Envoy may know: none of our variables but, maybe, a backend's key."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**env, KEY_VARIABLE: key} if key else env


async def validate(config: Path) -> None:
    """Let Envoy read ``config`` and all that it names. Raises `BadConfigurationError`."""
    program = str(envoy_program())
    command = [program, "--mode", "validate", "-c", config.name, "--log-level", "critical"]
    done = await asyncio.to_thread(
        subprocess.run, command, check=False, capture_output=True, text=True, cwd=config.parent
    )
    if done.returncode:
        found = OWN_WORDS.search(done.stderr)
        text = (found[1] if found else done.stderr).strip()
        raise BadConfigurationError(f"Envoy refuses the configuration: {text}")


async def drain(admin: Address, patience_s: float) -> None:
    """Take no more connections, and wait until what is under way is done, if that is soon."""
    with contextlib.suppress(OSError):  # it died: nothing is under way
        await asyncio.to_thread(_drain, f"http://{admin}", patience_s)


def _drain(admin: str, patience_s: float) -> None:
    end_s = time.monotonic() + patience_s
    _ask(f"{admin}/drain_listeners", b"")
    while _ask(f"{admin}/stats?filter={UNDER_WAY}$") != DONE and time.monotonic() < end_s:
        time.sleep(LOOK_EVERY_S)


async def is_ready(address: Address) -> bool:
    """Say whether Envoy is there, and a server behind it."""
    return await asyncio.to_thread(_answers, f"http://{address.reached()}/readyz")


def _answers(url: str) -> bool:
    try:
        _ask(url)
    except OSError:  # also any status but 200
        return False
    return True


def _ask(url: str, post: bytes | None = None) -> str:
    with urllib.request.urlopen(url, post, timeout=ANSWER_PATIENCE_S) as answer:  # noqa: S310
        return str(answer.read().decode())

"""Envoy itself: its command line, its readiness, its check of a file, its draining."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

from headwater_server.api.access.access import Access
from headwater_server.gateway.addresses import Address
from headwater_server.gateway.plan import Plan
from headwater_server.gateway.requirements import KEY_VARIABLE, envoy_program

PREFIX = "HEADWATER_"
KEYS_VARIABLE, PAGE_KEYS_VARIABLE = "HEADWATER_KEYS", "HEADWATER_PAGE_KEYS"
ERROR_TEXT = re.compile(r"error initializing configuration '[^']*': (.*)", re.DOTALL)
ANSWER_TIMEOUT_S = 2.0
CHECK_EVERY_S = 0.02
UNDER_WAY = "http.gateway.downstream_rq_active"
DONE = f"{UNDER_WAY}: 0\n"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # Envoy is on this machine


class BadConfigurationError(OSError):
    """Envoy refuses the configuration; the text is Envoy's."""


def command(plan: Plan, config: Path) -> list[str]:
    """Return the command that starts Envoy in the folder of ``config``."""
    return [
        str(envoy_program()),
        *("-c", config.name, "--concurrency", str(plan.settings.gateway_threads)),
        *("--disable-hot-restart", "--log-level", "warning"),
        *("--file-flush-interval-msec", "1000"),
    ]


def environment(key: str | None, accesses: Iterable[Access] = ()) -> Mapping[str, str]:
    """Return Envoy's environment: of our variables only keys, without their scopes and rates.

    ``key`` is sent for callers with a certificate. ``accesses`` are those that the servers accept:
    Envoy then refuses callers with other keys before it reads their bodies.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    accesses = list(accesses)
    keys = {
        KEY_VARIABLE: key or "",
        KEYS_VARIABLE: ",".join(a.key.decode() for a in accesses if not a.is_page),
        PAGE_KEYS_VARIABLE: ",".join(a.key.decode() for a in accesses if a.is_page),
    }
    return env | {name: value for name, value in keys.items() if value}


async def validate(config: Path) -> None:
    """Let Envoy check ``config`` and the files it names. Raises `BadConfigurationError`."""
    program = str(envoy_program())
    command = [program, "--mode", "validate", "-c", config.name, "--log-level", "critical"]
    done = await asyncio.to_thread(
        subprocess.run, command, check=False, capture_output=True, text=True, cwd=config.parent
    )
    if done.returncode:
        found = ERROR_TEXT.search(done.stderr)
        text = (found[1] if found else done.stderr).strip()
        raise BadConfigurationError(f"Envoy refuses the configuration: {text}")


async def drain(admin: Address, timeout_s: float) -> None:
    """Accept no more connections, and wait at most ``timeout_s`` for the calls under way."""
    with contextlib.suppress(OSError):  # Envoy is dead: no call is under way
        await asyncio.to_thread(_drain, f"http://{admin}", timeout_s)


def _drain(admin: str, timeout_s: float) -> None:
    end_s = time.monotonic() + timeout_s
    _ask(f"{admin}/drain_listeners", b"")
    while _ask(f"{admin}/stats?filter={UNDER_WAY}$") != DONE and time.monotonic() < end_s:
        time.sleep(CHECK_EVERY_S)


async def is_live(address: Address) -> bool:
    """Return whether Envoy itself answers."""
    return await asyncio.to_thread(_answers, f"http://{address.reachable()}/healthz")


async def is_ready(address: Address) -> bool:
    """Return whether Envoy answers, and a server behind it."""
    return await asyncio.to_thread(_answers, f"http://{address.reachable()}/readyz")


def _answers(url: str) -> bool:
    try:
        _ask(url)
    except OSError:  # also raised for any status but 200
        return False
    return True


def _ask(url: str, post: bytes | None = None) -> str:
    with DIRECT.open(url, post, timeout=ANSWER_TIMEOUT_S) as answer:
        return str(answer.read().decode())

"""Envoy itself: how it is started, whether it is ready, and what it thinks of a file."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from headwater_server.gateway.addresses import Address
from headwater_server.gateway.extra import envoy_program
from headwater_server.gateway.plan import Plan

KEY_VARIABLE = "HEADWATER_KEY"
PREFIX = "HEADWATER_"
OWN_WORDS = re.compile(r"error initializing configuration '[^']*': (.*)", re.DOTALL)
ANSWER_PATIENCE_S = 2.0


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


async def is_ready(address: Address) -> bool:
    """Say whether Envoy is there, and a server behind it."""
    return await asyncio.to_thread(_answers, f"http://{address.reached()}/readyz")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_PATIENCE_S) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False

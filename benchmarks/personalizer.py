"""A contextual bandit through our adapter for Azure Personalizer, with its published SDK.

    python -m benchmarks.personalizer [--events 3000] [--serve=--exploration-bandit=off]

Visitors are strangers: all that is known of them is their context, 2 devices by 3 times of day.
There are 6 actions; in each context one is rewarded with chance 0.6, the others with 0.02 to 0.2.
Each event is one rank call and one reward call, over HTTP, to a real server on its own store.
Compared are showing actions at random, and the best that could be known. The server has its
default settings, unless `--serve` gives it others; the reward wait is a minute, since a run is
short: every event is rewarded at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

DEVICES, TIMES = ("mobile", "desktop"), ("morning", "noon", "evening")
ACTIONS = tuple(f"offer {n}" for n in range(6))
CONTEXTS = tuple((device, at) for device in DEVICES for at in TIMES)
HEADWATER = (sys.executable, "-m", "headwater_server")
PATIENCE_S = 180.0


def world() -> dict[tuple[tuple[str, str], str], float]:
    """Return the chance of a reward of each action in each context; every seed's world."""
    draw = random.Random(99)
    chances = {(c, action): draw.uniform(0.02, 0.2) for c in CONTEXTS for action in ACTIONS}
    for number, context in enumerate(CONTEXTS):
        chances[context, ACTIONS[(5 * number + 2) % len(ACTIONS)]] = 0.6
    return chances


@contextlib.contextmanager
def started(log: Path, ready: str, *command: str) -> Iterator[str]:
    """Run `headwater` until the block ends; give what ``ready`` finds in its words."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEADWATER_")}
    with log.open("wb") as file:
        process = subprocess.Popen(
            (*HEADWATER, *command), stdout=file, stderr=file, env=environment
        )
    try:
        give_up = time.monotonic() + PATIENCE_S
        while not (match := re.search(ready, log.read_text(errors="replace"))):
            if process.poll() is not None or time.monotonic() > give_up:
                raise SystemExit(log.read_text(errors="replace"))
            time.sleep(0.05)
        yield match[1]
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def adapter(settings: Sequence[str]) -> Iterator[str]:
    """Run a server and its web process; yield the adapter's URL."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        place = ("--data-dir", str(path / "data"))
        server = ("serve", "--listen", "127.0.0.1:0", *place, *settings)
        web = ("web", "--listen", "127.0.0.1:0", *place, "--personalizer-reward-wait-minutes", "1")
        with (
            started(path / "serve.log", r"headwater ready on (\S+) ", *server) as address,
            started(path / "web.log", r"web ready on (\S+)\n", *web, "--target", address) as url,
        ):
            yield url


def run(url: str, events: int, seed: int) -> dict[str, Any]:
    """Play ``events`` rounds; return what was won and how long the calls took."""
    client = PersonalizerClient(url, CognitiveServicesCredentials("no-key-is-asked-for"))
    actions = [RankableAction(id=name, features=[{"offer": name}]) for name in ACTIONS]
    chances, draw = world(), random.Random(seed)
    won, expected, ranks, rewards = [], [], [], []
    for _ in range(events):
        context = draw.choice(CONTEXTS)
        features = [{"device": context[0]}, {"time": context[1]}]
        begin = time.perf_counter()
        answer = client.rank(RankRequest(actions=actions, context_features=features))
        ranks.append(time.perf_counter() - begin)
        reward = float(draw.random() < chances[context, answer.reward_action_id])
        begin = time.perf_counter()
        client.events.reward(answer.event_id, reward)
        rewards.append(time.perf_counter() - begin)
        won.append(reward)
        mine = [chances[context, name] for name in ACTIONS]
        expected.append((statistics.mean(mine), max(mine)))
    return {"won": won, "expected": expected, "rank_s": ranks, "reward_s": rewards}


def report(result: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the report."""
    won, expected = result["won"], result["expected"]
    yield "events | cumulative reward | uniform | best | last fifth: reward / best"
    for share in (0.1, 0.2, 0.5, 1.0):
        n = int(share * len(won))
        fifth = slice(n - n // 5, n)
        uniform, best = (sum(pair[k] for pair in expected[:n]) for k in (0, 1))
        late = sum(won[fifth]) / sum(pair[1] for pair in expected[fifth])
        yield f"{n} | {sum(won[:n]):.0f} | {uniform:.0f} | {best:.0f} | {late:.2f}"
    for name in ("rank_s", "reward_s"):
        cuts = statistics.quantiles(result[name], n=100)
        yield f"{name[:-2]}: p50 {1000 * cuts[49]:.1f} ms, p99 {1000 * cuts[98]:.1f} ms"


def main() -> None:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--serve", action="append", default=[], help="an argument of the server")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with adapter(arguments.serve) as url:
        for line in report(run(url, arguments.events, arguments.seed)):
            print(line)


if __name__ == "__main__":
    main()

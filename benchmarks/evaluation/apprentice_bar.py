"""Bar 15: an apprentice with a share of 0.2, in a hundred logs, and once with the published SDK."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
from azure.cognitiveservices.personalizer import PersonalizerClient
from azure.cognitiveservices.personalizer.models import RankableAction, RankRequest
from msrest.authentication import CognitiveServicesCredentials

from benchmarks.evaluation.apprentice import SHARE, Run, first_actions, play
from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.personalizer import CONTEXTS, started, world
from headwater_server.cli.progress import Progress

WAIT_MINUTES = 0.25
IMITATED = 200
PATIENCE_S = 300.0
Order = dict[tuple[str, str], list[str]]


def check(runs: int, events: int, seed: int, *, served: bool) -> None:
    """Play logs where the policy becomes better than the baseline, and where it never is."""
    better = _runs("policy becomes better", runs, events, seed, best=False)
    worse = _runs("policy is worse", runs, events, seed + runs, best=True)
    rows = [_row("third best action", better), _row("best action", worse)]
    names = ("baseline", "policy's value", "baseline's", "width", "ready in", "first at event")
    show(f"{runs} logs of {events:,} events, share {SHARE:g}", names, rows)
    kinds = list(better[0].covered)
    share = runs / 100.0
    bars = [
        Bar(f"logs in which the interval of {name} holds, of {runs} ({title})",
            sum(run.covered[name] for run in found), 92 * share, is_most=False)
        for title, found in (("better", better), ("worse", worse)) for name in kinds
    ]  # fmt: skip
    wrong = sum(run.ready_at is not None for run in worse)
    bars.append(Bar(f"ready for a worse policy, of {runs}", wrong, 0))
    bars.append(Bar("ready for a better policy, share", _ready(better), 0.5, is_most=False))
    finish([*bars, *(_served(events, seed) if served else [])])


def _runs(name: str, runs: int, events: int, seed: int, *, best: bool) -> list[Run]:
    orders, found = first_actions(best=best), []
    with Progress(name, runs) as bar:
        for number in range(runs):
            found.append(play(events, seed + number, orders))
            bar.at(number + 1)
    return found


def _ready(runs: list[Run]) -> float:
    return sum(run.ready_at is not None for run in runs) / len(runs)


def _row(name: str, runs: list[Run]) -> list[str]:
    first = [run.ready_at for run in runs if run.ready_at is not None]
    means = [statistics.mean(run.truths[one] for run in runs) for one in ("policy", "baseline")]
    width = statistics.mean(run.width for run in runs)
    at = f"{statistics.median(first):.0f}" if first else "-"
    return [name, *(f"{mean:.3f}" for mean in (*means, width)), f"{_ready(runs):.0%}", at]


def _served(events: int, seed: int) -> list[Bar]:
    """Return the bars of one log that is played through HTTP, a real server and a real store."""
    orders = first_actions(best=False)
    with _adapter() as url:
        _configure(url, {"learningMode": "Apprentice", "trafficShare": 0.0})
        kept = sum(shown for shown, _ in _play(url, IMITATED, seed, orders, "imitation", 0.0))
        before = _counted(url, IMITATED)
        only = "Only imitation" in before["summary"] and not before["ready"]
        _configure(url, {"trafficShare": SHARE})
        truth = [value for _, value in _play(url, events, seed + 1, orders, "share", SHARE)]
        values = _counted(url, IMITATED + events)["groups"][0]["values"]
        policy = values["policy"]
    holds = policy["low"] <= statistics.mean(truth) <= policy["high"]
    show(
        "with the published SDK, a real server and a real store",
        ("events", "policy's value", "low", "high"),
        [[f"{values['events']:,}", f"{statistics.mean(truth):.3f}",
          f"{policy['low']:.3f}", f"{policy['high']:.3f}"]],
    )  # fmt: skip
    return [
        Bar(f"baseline shown at share 0, of {IMITATED}", kept, IMITATED, is_most=False),
        Bar("share 0 says that only imitation is known", float(only), 1, is_most=False),
        Bar("interval of the served log holds the policy's value", float(holds), 1, is_most=False),
    ]


@contextmanager
def _adapter() -> Iterator[str]:
    """Run a server and a web process on one data directory; give the URL of the second."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        place = ("--data-dir", str(path / "data"))
        server = (
            "serve", "--listen", "127.0.0.1:0", *place, "--exploration-epsilon", "0.2",
            "--attribution-window-minutes", str(WAIT_MINUTES),
        )  # fmt: skip
        web = ("web", "--listen", "127.0.0.1:0", *place, "--personalizer-mode", "apprentice",
               "--personalizer-reward-wait-minutes", str(WAIT_MINUTES))  # fmt: skip
        with (
            started(path / "serve.log", r"headwater ready on (\S+) ", *server) as address,
            started(path / "web.log", r"web ready on (\S+)\n", *web, "--target", address) as url,
        ):
            yield url


def _play(
    url: str, events: int, seed: int, orders: Order, name: str, share: float
) -> Iterator[tuple[bool, float]]:
    """Yield of each event whether the baseline was shown, and the policy's true value there."""
    client = PersonalizerClient(url, CognitiveServicesCredentials("no-key-is-asked-for"))
    chances, draw = world(), Random(seed)
    with Progress(name, events) as bar:
        for number in range(events):
            context = draw.choice(CONTEXTS)
            order = orders[context]
            actions = [RankableAction(id=one, features=[{"offer": one}]) for one in order]
            features = [{"device": context[0]}, {"time": context[1]}]
            answer = client.rank(RankRequest(actions=actions, context_features=features))
            shown = answer.reward_action_id
            client.events.reward(answer.event_id, float(draw.random() < chances[context, shown]))
            mixed = {one.id: one.probability for one in answer.ranking}
            mixed[order[0]] -= 1.0 - share
            value = sum(mixed[one] * chances[context, one] for one in order) / (share or 1.0)
            bar.at(number + 1)
            yield shown == order[0], value


def _configure(url: str, changes: dict[str, Any]) -> None:
    path = f"{url}/personalizer/v1.1-preview.3/configurations/service"
    httpx.put(path, json=changes, timeout=PATIENCE_S).raise_for_status()
    time.sleep(1.0)  # a configuration is at most half a second old in any process


def _counted(url: str, events: int) -> dict[str, Any]:
    """Return the figures when all events are counted: later ones bring the log's time forward."""
    give_up = time.monotonic() + PATIENCE_S
    number, later = 0, {"actions": [{"id": "later"}], "deferActivation": True}
    base = f"{url}/personalizer/v1.0"
    with httpx.Client(timeout=PATIENCE_S) as client:
        while time.monotonic() < give_up:
            number += 1
            event_id = re.sub(r"\W", "", f"later{number}of{events}")
            client.post(f"{base}/rank", json={**later, "eventId": event_id}).raise_for_status()
            client.post(f"{base}/events/{event_id}/activate").raise_for_status()
            found: dict[str, Any] = client.get(f"{base}/figures").raise_for_status().json()
            if found["groups"] and found["groups"][0]["events"] >= events:
                return found
            time.sleep(1.0)
    raise SystemExit(f"the figures do not have {events} events after {PATIENCE_S:g} seconds")

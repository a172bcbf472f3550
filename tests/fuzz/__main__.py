"""python -m tests.fuzz TARGET [-max_total_time=60 ...]: coverage-guided, with atheris.

What it finds is written to build/fuzz, together with the corpus, which grows from run to run.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import atheris

from tests.fuzz import targets

# kernels are left alone: numba compiles Python's bytecode, and the fuzzer's calls in it it cannot
WATCHED = (
    "headwater_server.api.translate",
    "headwater_server.engine.tokens.attribution_token",
    "headwater_server.engine.engine",
    "headwater_server.engine.ranking.candidate_scoring",
    "headwater_server.engine.catalogue.catalogue",
    "headwater_server.engine.catalogue.filters",
    "headwater_server.engine.intake.firewall",
    "headwater_server.engine.visitors.visitors",
    "headwater_server.storage",
    "lark.lexer",
    "lark.parsers",
)
HERE = Path("build/fuzz")


def watch() -> None:
    """Let the fuzzer see which branches are taken in what reads bytes."""
    for name in sorted(name for name in sys.modules if name.startswith(WATCHED)):
        for held in vars(sys.modules[name]).values():
            members = vars(held).values() if inspect.isclass(held) else [held]
            for function in members:
                if inspect.isfunction(function) and function.__module__ == name:
                    atheris.instrument_func(function)


def fuzz(target: str, flags: list[str]) -> None:
    """Run one target; libFuzzer ends the process, with an exit code for the result."""
    watch()
    corpus = HERE / target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(targets.seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    standard = [f"-artifact_prefix={HERE}/{target}-", "-seed=1", "-rss_limit_mb=0", "-timeout=20"]
    atheris.Setup([target, *standard, *flags, str(corpus)], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    fuzz(sys.argv[1], sys.argv[2:])

"""`python -m tests.kafka --nodes 3`: run brokers of Kafka, and print their addresses."""

from __future__ import annotations

import argparse
import contextlib
import signal

from tests.kafka.brokers import running_brokers

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.kafka")
    parser.add_argument("--nodes", type=int, default=1)
    with running_brokers(parser.parse_args().nodes) as brokers:
        print(brokers.addresses, flush=True)  # noqa: T201 - a program
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()

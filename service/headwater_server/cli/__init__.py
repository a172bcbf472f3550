"""The console script `headwater`.

In: the command line. Out: text on standard output, and an exit code that says what happened.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. A probe imports nothing of the other commands."""
    if sys.argv[1:2] == ["probe"]:
        from headwater_server.cli.commands.probe import main as run_probe

        sys.exit(run_probe(sys.argv[2:]))
    from headwater_server.cli.root import commands

    commands()

"""The console script `headwater`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a probe without what the other commands import."""
    if sys.argv[1:2] == ["probe"]:
        from headwater_server.cli.commands.probe import main as run
    else:
        from headwater_server.cli.root import main as run
    run()

"""A server's logs need no rich, which would take a part of each start."""

from __future__ import annotations

import subprocess
import sys


def test_a_server_that_logs_loads_no_rich_and_commands_still_can() -> None:
    program = (
        "import sys; from headwater_server.observability.logging import set_up_logging; "
        "set_up_logging('info', 'text'); "
        "import structlog; structlog.get_logger().info('said', n=1); "
        "print('rich' in sys.modules); import rich; print(rich.__name__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert run.stdout.split() == ["False", "rich"]
    assert "said" in run.stderr

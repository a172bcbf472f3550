"""A command whose reader has ended, such as `head`, ends silently."""

import subprocess
import sys

RUN = """
from headwater_server.cli.stores import store_explained
import typer

app = typer.Typer()

@app.command()
def run() -> None:
    with store_explained():
        for _ in range(100_000):
            print("a line of text")

app()
"""


def test_a_closed_pipe_is_no_error_of_the_store():
    reading = subprocess.Popen(
        [sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert reading.stdout is not None
    assert reading.stderr is not None
    reading.stdout.readline()
    reading.stdout.close()
    said = reading.stderr.read()
    reading.stderr.close()
    assert reading.wait() == 1
    assert said == b""

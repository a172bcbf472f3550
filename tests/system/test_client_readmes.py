"""The first example of each client's README, as written there: it has a list without a server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.api_server import free_port
from tests.integration.waiting import PATIENCE_S
from tests.system.client_programs import GO, JAVA, NODE, PYTHON, java_programs, need, node_programs

SHOWN = "boots socks"
DOCUMENTED = "127.0.0.1:50051"

NODE_PROGRAM = """
const key = "";
{example}
console.log(slate.itemIds.join(" "));
await feedback.close({{ timeoutMs: 100 }});
"""
PYTHON_PROGRAM = """
{example}
    feedback.close(timeout_s=0.1)
print(*slate.item_ids)
"""
GO_PROGRAM = """
package main

import (
	"context"
	"fmt"
	"time"
)

func main() {{
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	key := ""
{example}
	fmt.Println(slate.ItemIDs()[0], slate.ItemIDs()[1])
	if err != nil {{
		panic(err)
	}}
}}
"""
JAVA_PROGRAM = """
import io.headwater.*;
import io.headwater.v1.*;
import java.util.List;

public final class Readme {{
  public static void main(String[] arguments) throws Exception {{
    String key = "";
{example}
  }}
}}
"""


def example(folder: Path, language: str) -> str:
    """Return the first example that connects, with a port where nobody listens."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    first = next(block for block in blocks if DOCUMENTED in block)
    return first.replace(DOCUMENTED, f"127.0.0.1:{free_port()}")


def shown(*command: str, folder: Path) -> str:
    done = subprocess.run(
        command, check=False, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_python_example_shows_its_own_list(tmp_path: Path) -> None:
    program = PYTHON_PROGRAM.format(example=example(PYTHON, "python").rstrip())
    assert shown(sys.executable, "-c", program, folder=tmp_path) == SHOWN


def test_the_node_example_shows_its_own_list(tmp_path: Path) -> None:
    node_programs()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "headwater").symlink_to(NODE)
    blocks = (NODE / "README.md").read_text().partition("## In a backend")[2]
    [first, *_] = re.findall(r"```ts\n(.*?)```", blocks, re.DOTALL)
    program = NODE_PROGRAM.format(example=first.replace(DOCUMENTED, f"127.0.0.1:{free_port()}"))
    (tmp_path / "backend.mjs").write_text(program)
    assert shown("node", "backend.mjs", folder=tmp_path) == SHOWN


@pytest.mark.thorough
def test_the_go_example_shows_its_own_list(tmp_path: Path) -> None:
    need("go")
    text = example(GO, "go")
    imported, body = text.partition("\n\n")[::2]
    program = GO_PROGRAM.format(example=body).replace("import (", f"{imported}\n\nimport (", 1)
    folder = GO / "build" / tmp_path.name  # inside the module: nothing is downloaded
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / "main.go").write_text(program)
        assert shown("go", "run", f"./build/{tmp_path.name}", folder=GO) == SHOWN
    finally:
        (folder / "main.go").unlink()
        folder.rmdir()


@pytest.mark.thorough
@pytest.mark.timeout(600)  # a fresh machine builds first
def test_the_java_example_shows_its_own_list(tmp_path: Path) -> None:
    *java, _ = java_programs().shop
    text = example(JAVA, "java")
    printed = "feedback.close(java.time.Duration.ofMillis(100));\n"
    printed += 'System.out.println(String.join(" ", slate.itemIds()));\n'
    body = text.replace("feedback.add(click);\n", f"feedback.add(click);\n{printed}")
    (tmp_path / "Readme.java").write_text(JAVA_PROGRAM.format(example=body))
    assert shown(*java, str(tmp_path / "Readme.java"), folder=tmp_path) == SHOWN

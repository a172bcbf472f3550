"""Checks the shape of the tree: folders, files and functions that a reader can take in.

python scripts/shape.py    exits 1 and names each place that is over a limit
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES_MAX = 15  # of a package's folder, besides its __init__
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 60
GENERATED_SHARE_MAX = 0.17  # each message of the API is there in three languages
CODE = re.compile(r"\.(py|pyi|ts|tsx|mjs|js|go|java|lua|j2|css|html)$")
BINARY = re.compile(r"\.(png|ico|gz|binpb|hwlog|jar)$")
GENERATED = re.compile(r"_pb2|\.pb\.go$|/gen/|web/static/")
"""Code that a program wrote: stubs in three languages, and the built pages."""


def main() -> int:
    """Print what is over a limit; return how many places that are, at most 1."""
    files = [path for path in _tracked() if not BINARY.search(path)]
    written = [path for path in files if CODE.search(path) and not GENERATED.search(path)]
    found = [*_folders(written), *_files(written), *_functions(written), *_generated(files)]
    for problem in found:
        print(problem)
    return min(1, len(found))


def _tracked() -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],  # noqa: S607 - the git of the PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in listing.stdout.splitlines() if (ROOT / path).is_file()]


def _folders(paths: list[str]) -> Iterator[str]:
    modules = Counter(
        str(Path(path).parent)
        for path in paths
        if path.startswith("service/") and path.endswith(".py") and "__init__" not in path
    )
    for folder, count in sorted(modules.items()):
        if count > MODULES_MAX:
            yield f"{folder}: {count} modules, at most {MODULES_MAX}: give it sub-packages"


def _files(paths: list[str]) -> Iterator[str]:
    for path in paths:
        lines = _lines(path)
        if lines > FILE_LINES_MAX:
            yield f"{path}: {lines} lines, at most {FILE_LINES_MAX}: one idea a file"


def _functions(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    place = f"{path}:{node.lineno}: {node.name}"
                    yield f"{place}: {lines} lines, at most {FUNCTION_LINES_MAX}"


def _generated(paths: list[str]) -> Iterator[str]:
    generated = sum(_lines(path) for path in paths if GENERATED.search(path))
    share = generated / sum(map(_lines, paths))
    if share > GENERATED_SHARE_MAX:
        yield f"{share:.0%} of the lines are generated, at most {GENERATED_SHARE_MAX:.0%}"


def _lines(path: str) -> int:
    return len((ROOT / path).read_bytes().splitlines())


if __name__ == "__main__":
    sys.exit(main())

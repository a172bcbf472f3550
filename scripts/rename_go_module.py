"""Give the Go client another module path, such as one that the project owns.

    python -m scripts.rename_go_module github.com/acme/headwater/clients/go
    make generate

clients/go/go.mod holds the path. Go wants it repeated in imports, and protoc in `go_package`: this
rewrites them all. `make generate` then makes the stubs again. The API check calls it a break, which
it is for users in Go: `make baseline ARGS=--force` accepts it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scripts.generate import ROOT
from scripts.generate_clients import go_module

REPEATED_IN = (
    "clients/go/*.mod",
    "clients/go/**/*.go",
    "clients/go/README.md",
    "protos/headwater/**/*.proto",
)
MODULE_PATH = re.compile(r"[a-z0-9.-]+\.[a-z]+(/[\w.-]+)+")


def rename(root: Path, new: str) -> list[Path]:
    """Write another module path into every file below ``root`` that repeats it; return those files.

    Stubs are left alone: they are made again from the protos.
    """
    if not MODULE_PATH.fullmatch(new):
        raise SystemExit(f"not a module path: {new!r}")
    old = re.compile(re.escape(go_module(root / "clients" / "go")) + r"(?![\w.-])")
    changed = []
    for path in sorted({path for pattern in REPEATED_IN for path in root.glob(pattern)}):
        before = path.read_text()
        after = old.sub(new, before)
        if after != before and not path.name.endswith(".pb.go"):
            path.write_text(after)
            changed.append(path)
    return changed


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for file in rename(ROOT, sys.argv[1]):
        print(file.relative_to(ROOT))

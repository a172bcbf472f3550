"""The committed page of the shop is what its sources make."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.system.shop_browser import PAGE, ROOT, need_node_modules

BUILT = ROOT / "service" / "headwater_server" / "web" / "static" / "shop"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_rebuild_gives_the_committed_bytes(tmp_path):
    need_node_modules(ROOT / "clients" / "typescript")
    need_node_modules(PAGE)
    subprocess.run(["npm", "run", "--silent", "check"], cwd=PAGE, check=True)
    build = ["npx", "vite", "build", "--outDir", str(tmp_path), "--emptyOutDir", "--logLevel=error"]
    subprocess.run(build, cwd=PAGE, check=True)
    assert files_of(tmp_path) == files_of(BUILT)

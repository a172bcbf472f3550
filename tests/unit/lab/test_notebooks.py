"""The notebooks run from top to bottom, and are committed without output."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))


QUICK = "backtest"


def _param(path):
    marks = () if path.stem == QUICK else (pytest.mark.thorough,)
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.fixture(params=map(_param, NOTEBOOKS))
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def test_there_are_some():
    assert {path.stem for path in NOTEBOOKS} == {"backtest", "own_features", "own_ranker"}


@pytest.mark.filterwarnings("default")  # of Jupyter's own packages
def test_it_runs(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert all(cell.get("execution_count") for cell in notebook.cells if cell.cell_type == "code")


def test_it_is_committed_without_output(notebook):
    assert not any(cell.get("outputs") for cell in notebook.cells)

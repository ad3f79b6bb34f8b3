"""The notebooks run whole, from the first cell to the last, and nothing in them complains."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=nbformat.NO_CONVERT)


def test_there_are_five():
    assert [path.stem for path in NOTEBOOKS] == ["big_data", "dashboard", "digits", "promised_page", "reading_a_map"]


def test_opens_at_once_and_holds_no_outputs(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"  # without it, JupyterLab asks for one
    for cell in notebook.cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


def test_runs(notebook, jupyter_variables, tmp_path, monkeypatch):
    for name, value in jupyter_variables.items():
        monkeypatch.setenv(name, value)
    resources = {"metadata": {"path": tmp_path}}
    NotebookClient(notebook, timeout=300, startup_timeout=300, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []

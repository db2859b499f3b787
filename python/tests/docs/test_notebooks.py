"""The notebooks run from beginning to end on a few images, and show pictures."""

import os
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")

from qlif._engine import locate

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

pytestmark = pytest.mark.skipif(
    locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None,
    reason="qlif-render is not built",
)


@pytest.mark.parametrize("data", ["mnist", "digits"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, data, monkeypatch, tmp_path, request):
    monkeypatch.setenv("QLIF_NOTEBOOK_IMAGES", "1000")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if data == "mnist":
        request.getfixturevalue("data_dir")
    else:
        monkeypatch.delenv("QLIF_DATA", raising=False)
    # The kernel finds the package that is tested, wherever it starts.
    paths = [str(locate.PACKAGE.parent), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) >= 5
    words = "".join(output.get("text", "") for output in outputs)
    assert f"{data}: 1,000 training images" in words
    assert "test accuracy" in words


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "01-qsnn-on-mnist",
        "02-qscnn",
        "03-noise-and-hardware",
    ]

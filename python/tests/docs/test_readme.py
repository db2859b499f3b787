"""The examples of the README and of the pages in docs/ do what they say; links lead somewhere."""

import ctypes
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qlif._engine import library

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "python/*.md", "Tests/**/*.md")
    for path in ROOT.glob(pattern)
)


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.DOTALL | re.MULTILINE)


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
def test_the_python_examples_one_after_the_other(tmp_path, monkeypatch):
    from qlif._engine import locate

    if locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None:
        pytest.skip("qlif-render is not built")
    monkeypatch.chdir(tmp_path)
    names = {}
    # The noise chapter takes the classifier and the images that docs/python.md has.
    for page in ("README.md", "docs/python.md", "docs/noise.md"):
        for number, code in enumerate(blocks(page, "python")):
            exec(compile(code, f"{page}, example {number}", "exec"), names)
    assert names["rec"].membrane[0].shape == (12, 5, 6, 6, 6)
    assert names["net"].parameters["0.drive_weight"].shape == (6, 1, 3, 3)
    assert names["clf"].score(names["X_test"], names["y_test"]) > 0.9
    assert names["cnn"].score(names["X_test"], names["y_test"]) > 0.85


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_the_c_example(tmp_path):
    (source,) = blocks("README.md", "c")
    (tmp_path / "example.c").write_text(source)
    path = ctypes.CDLL(library.lib._name)._name
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}"]
    command += ["example.c", "-o", "example", path, f"-Wl,-rpath,{Path(path).parent}"]
    subprocess.run(command, cwd=tmp_path, check=True)

    def run(**environment):
        return subprocess.run(
            ["./example"],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    assert re.fullmatch(r"output neuron \d\n", run().stdout)
    failed = run(QLIF_KERNELS="none")
    assert failed.returncode != 0
    assert "QLIF_KERNELS" in failed.stderr


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    without_code = re.sub(r"^```.*?^```", "", text(page), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


def test_the_code_cites_pages_that_exist():
    """Comments and docstrings cite `docs/page.md` or `docs/page.md#heading`."""
    folders = ("Include", "Sources", "Tests", "python/qlif", "python/tests", "python/notebooks")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.*") if path.is_file()]
    cited = {
        (path.relative_to(ROOT), *found)
        for path in files
        if path.suffix in {".swift", ".h", ".c", ".py", ".ipynb"} and path != Path(__file__)
        for found in re.findall(
            r"(?<![\w/])(docs/[\w/-]+\.md)(?:#([\w-]+))?", path.read_text(encoding="utf-8")
        )
    }
    assert any(anchor for _, _, anchor in cited)
    for source, page, anchor in sorted(cited):
        assert (ROOT / page).exists(), (source, page)
        assert not anchor or anchor in anchors(ROOT / page), (source, page, anchor)

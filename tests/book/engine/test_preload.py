"""What pages will import is read off their code, and nothing is imported to find out."""

import sys

import pytest

from dlnotes.book.engine.preload import packages_to_import

ALONG = {  # with Matplotlib, when a figure is shown
    "IPython.core.pylabtools",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
}
FILES = {
    "lib/package/__init__.py": "import matplotlib.pyplot\n",
    "lib/package/outer.py": "from . import inner\nfrom .sub.deep import x\nfrom .. import beyond\n",
    "lib/package/inner.py": "import psutil\n",
    "lib/package/sub/__init__.py": "",
    "lib/package/sub/deep.py": "from ..inner import y\nimport yaml\n",
    "lib/module.py": "import package.outer\nimport module\n",
    "lib/spread/part.py": "import filelock\n",
    "lib/latin.py": b"# -*- coding: latin-1 -*-\n# \xe9\nimport polib\n",
    "lib/wrong.py": "import\n",
}


@pytest.fixture
def preload(tmp_path, monkeypatch):
    """List what is imported for some cells, without what every kernel needs."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.syspath_prepend(tmp_path / "lib")
    always = packages_to_import([], tmp_path)
    assert {"ipykernel.kernelapp", "ipykernel.ipkernel"} <= {*always}

    def run(*codes):
        before = set(sys.modules)
        found = packages_to_import(codes, tmp_path)
        assert set(sys.modules) == before
        assert found[: len(always)] == always
        return found[len(always) :]

    return run


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("1 + 1", []),
        ("import os, json.decoder", []),
        ("import numpy as np, keras.layers", ["numpy", "keras.layers"]),
        ("from scipy import stats", ["scipy", "scipy.stats"]),
        ("def later():\n    import numpy", ["numpy"]),
        ("import numpy\nimport numpy", ["numpy"]),
        ("import not_installed", ["not_installed"]),
        ("import matplotlib_inline.backend_inline", []),
        ("from . import nothing", []),
        ("%matplotlib inline\nimport numpy", []),
        ("x = '\0'", []),
    ],
)
def test_installed_packages_are_imported(preload, code, names):
    assert preload(code) == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import package.inner", {"matplotlib.pyplot", "psutil"}),
        ("from package import inner", {"matplotlib.pyplot", "psutil"}),
        ("import package.outer", {"matplotlib.pyplot", "psutil", "yaml"}),
        ("import package.missing", {"matplotlib.pyplot"}),
        ("import module", {"matplotlib.pyplot", "psutil", "yaml"}),
        ("from package.sub.deep import z", {"matplotlib.pyplot", "psutil", "yaml"}),
        ("import spread.part", {"filelock"}),
        ("import spread", set()),
        ("import latin", {"polib"}),
        ("import wrong", set()),
    ],
)
def test_modules_of_the_project_are_read_and_not_imported(preload, code, names):
    assert {*preload(code)} - ALONG == names


def test_what_figures_need_comes_with_matplotlib(preload):
    first, *others = preload("import matplotlib")
    assert (first, {*others}) == ("matplotlib", ALONG)


def test_cells_are_taken_together_in_their_order(preload):
    assert preload("import psutil", "import numpy", "import psutil, yaml") == [
        "psutil",
        "numpy",
        "yaml",
    ]


def test_a_module_that_says_nothing_of_where_it_is(preload, monkeypatch):
    monkeypatch.setitem(sys.modules, "odd", type(sys)("odd"))
    assert preload("import odd") == ["odd"]

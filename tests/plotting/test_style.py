"""The style of figures: the same bytes in every run, real text, readable colours."""

import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from dlnotes.plotting import COLORS, use_book_style

DRAW = """
import sys
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
from dlnotes.plotting import use_book_style
use_book_style()
plt.plot([1, 2, 3], label="rise")
plt.legend()
plt.savefig(sys.stdout.buffer, format="svg", metadata={"Date": None, "Creator": None})
"""


@pytest.fixture(autouse=True)
def _restore_style():
    with mpl.rc_context():
        yield
    plt.close("all")


def test_the_same_figure_gives_the_same_bytes_in_another_process():
    command = [sys.executable, "-c", DRAW]
    first, second = (
        subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)
    )
    assert first == second
    assert b"<text" in first
    assert b"rise" in first


def test_colour_never_speaks_alone():
    use_book_style()
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    assert cycle["color"] == list(COLORS.values())
    assert len({str(style) for style in cycle["linestyle"]}) == len(COLORS)


@pytest.mark.parametrize("color", [c for c in COLORS.values() if c != COLORS["black"]])
def test_colours_stand_out_from_white(color):
    """At least 1.9 to 1 (the sky blue), by the contrast formula of WCAG 2."""
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
                for c in mpl.colors.to_rgb(color)]  # fmt: skip
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    assert 1.05 / (luminance + 0.05) > 1.9


def test_notebook_figures_are_vector_graphics_without_a_date(monkeypatch):
    import IPython
    from matplotlib_inline import backend_inline

    calls = []
    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(
        backend_inline, "set_matplotlib_formats", lambda *a, **k: calls.append((a, k))
    )
    use_book_style()
    assert calls == [(("svg",), {"metadata": {"Date": None, "Creator": None}})]

"""What the tests of figures share: the book's style, closed figures, and SVG as pages get it."""

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from dlnotes.plotting import use_book_style


@pytest.fixture(autouse=True)
def _book_style():
    with mpl.rc_context():
        use_book_style()
        yield
    plt.close("all")


@pytest.fixture
def svg():
    """A function from a figure or axes to the bytes that a notebook makes of it."""

    def save(drawn):
        buffer = io.BytesIO()
        metadata = {"Date": None, "Creator": None}
        drawn.figure.savefig(buffer, format="svg", bbox_inches="tight", metadata=metadata)
        return buffer.getvalue()

    return save

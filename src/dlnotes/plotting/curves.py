"""Curves and distributions of a training run: losses over epochs, gradients by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_floats
from dlnotes.plotting.style import COLORS, FILLS, LINE_STYLES, MARKERS, put_legend_above

__all__ = ["layer_histograms", "learning_curves"]


def learning_curves(
    histories: Mapping[str, ArrayLike],
    *,
    epochs: ArrayLike | None = None,
    spread: Literal["range", "quartiles"] | None = "range",
    best: float | None = None,
    xlabel: str = "",
    ylabel: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw curves over epochs from several runs: a line in the middle and the spread as a band.

    Parameters
    ----------
    histories : mapping of str to array_like
        For each label R runs over T epochs ``(R, T)``, or one run ``(T,)``. The first label's line
        is solid and the second's dashed, so give training before validation. To compare several
        models, give both of each as ``(2, R, T)``: training is solid and validation dashed, in the
        label's colour and with its marker. At most seven labels, which go into a legend above.
    epochs : array_like, optional
        The numbers ``(T,)`` of the epochs, rising. The default is from 1 to T.
    spread : {"range", "quartiles"} or None, default "range"
        The band from the lowest to the highest run around their mean, or from the lower to the
        upper quartile around their median, or the mean without a band.
    best : float, optional
        An epoch to be marked, for example the best.
    xlabel, ylabel : str, optional
        What the axes count.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there is no history or more than seven, one has another shape or length, ``epochs`` do
        not rise, ``best`` is none of them, or ``spread`` is none of the three.
    TypeError
        If any of them is not a real number.

    Examples
    --------
    >>> ax = learning_curves({"training": [[4, 2, 1], [4, 4, 3]]}, xlabel="epoch")
    >>> ax.lines[0].get_ydata().tolist()
    [4.0, 3.0, 2.0]
    """
    if not 1 <= len(histories) <= len(MARKERS):
        raise ValueError(
            f"`histories` must hold 1 to {len(MARKERS)} labels. Received: {len(histories)}"
        )
    if spread not in {"range", "quartiles", None}:
        raise ValueError(f'`spread` must be "range", "quartiles" or None. Received: {spread!r}')
    curves = {label: _as_runs(f"histories[{label!r}]", runs) for label, runs in histories.items()}
    t = _as_epochs(epochs, curves)
    if best is not None and not np.any(t == best):
        raise ValueError(f"`best` must be one of the epochs. Received: {best}")
    ax = ax or plt.figure().add_subplot()
    for i, (label, parts) in enumerate(curves.items()):
        color = list(COLORS.values())[i]
        for part, runs in enumerate(parts):
            low, middle, high = _summary(runs, spread)
            look: dict[str, Any] = {"linestyle": LINE_STYLES[i], "label": label}
            if len(parts) == 2:
                look = {
                    "linestyle": LINE_STYLES[part],
                    "marker": MARKERS[i],
                    "markevery": (i, max(1, len(t) // 6)),
                    "markerfacecolor": "none" if part else color,
                    "label": "" if part else label,
                }
            ax.plot(t, middle, color=color, **look)
            if spread is not None and len(runs) > 1:
                ax.fill_between(t, low, high, color=color, alpha=0.2, linewidth=0)
            if best is not None:
                ax.plot(best, middle[t == best], MARKERS[i], color=color, mec="black", ms=7)
    if best is not None:
        ax.axvline(best, color="black", linestyle=":", linewidth=1, zorder=1)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    put_legend_above(ax)
    return ax


def layer_histograms(
    values: Sequence[ArrayLike], labels: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """Draw how large the numbers of each layer are, on a logarithmic axis, the first layer on top.

    Each layer has a ridge: the histogram of its absolute values, all in one scale, with a diamond
    at their median. Zeros have no place there; their share, if any, stands at the right.

    Parameters
    ----------
    values : sequence of array_like
        For each layer its gradients, activations or weights, of any shape.
    labels : sequence of str
        A name for each layer.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure, as high as the layers need.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there are no layers, ``labels`` has another length, a layer is empty or holds a number
        that is not finite, or all numbers are 0.
    TypeError
        If a layer does not hold real numbers.

    Examples
    --------
    >>> ax = layer_histograms([[1e-3, -1e-3], [0, 1]], ["first", "second"])
    >>> [text.get_text() for text in ax.texts]
    ['0: 50.0 %']
    """
    if not 0 < len(values) == len(labels):
        raise ValueError(
            "`values` and `labels` must hold one entry for each layer. "
            f"Received: {len(values)} arrays, {len(labels)} texts"
        )
    layers = [np.abs(as_floats(f"values[{i}]", v, finite=True)) for i, v in enumerate(values)]
    logs = [np.log10(layer[layer > 0], dtype=np.float64) for layer in layers]
    found = np.concatenate(logs)
    if not found.size:
        raise ValueError("`values` must hold a number other than 0. Received: zeros only")
    n_layers = len(layers)
    ax = ax or plt.figure(figsize=(4.8, max(3, 1 + 0.2 * n_layers))).add_subplot()
    # Whole decades, so that there are ticks; float64 has no others.
    low, high = np.clip([np.floor(found.min()), np.floor(found.max()) + 1], -323, 308)
    step = (high - low) / 48
    edges = low + step * np.arange(-1, 50)  # one empty bin at each end, where ridges come down
    shares = [
        np.histogram(log, edges)[0] / layer.size for log, layer in zip(logs, layers, strict=True)
    ]
    x = 10 ** ((edges[1:] + edges[:-1]) / 2)
    ax.set_xscale("log")  # before the limits, which a linear axis might widen
    ax.set_xlim(10**low, 10**high)
    for i, (log, share) in enumerate(zip(logs, shares, strict=True)):
        y = n_layers - 1 - i
        ax.axhline(y, color="black", linewidth=0.5, zorder=1)
        if log.size:
            first, last = np.flatnonzero(share)[[0, -1]]
            part = slice(first - 1, last + 2)
            top = y + 0.9 * share[part] / np.max(shares)
            ax.fill_between(
                x[part], y, top, color=FILLS[0][0], edgecolor=COLORS["blue"], linewidth=1
            )
            ax.plot(10 ** np.median(log), y, "D", color="black", markersize=4)
        if log.size < layers[i].size:
            zeros = 100 * (1 - log.size / layers[i].size)
            ax.text(1.01, y, f"0: {zeros:.1f} %", transform=ax.get_yaxis_transform())
    ax.set(ylim=(-0.3, n_layers))
    ax.set_yticks(range(n_layers), labels[::-1])
    ax.tick_params(axis="y", length=0)
    ax.minorticks_off()
    return ax


def _as_runs(name: str, runs: ArrayLike) -> FloatArray:
    """One or two parts of some runs over some epochs, (1, R, T) or (2, R, T)."""
    a = as_floats(name, runs, finite=True)
    if a.ndim not in {1, 2, 3} or (a.ndim == 3 and len(a) != 2):
        raise ValueError(
            f"`{name}` must have shape (T,), (R, T) or (2, R, T). Received: shape={a.shape}"
        )
    return a if a.ndim == 3 else np.atleast_2d(a)[None]


def _as_epochs(epochs: ArrayLike | None, curves: Mapping[str, FloatArray]) -> FloatArray:
    first, *others = curves
    n = curves[first].shape[2]
    for label in others:
        if curves[label].shape[2] != n:
            raise ValueError(
                f"`histories` must all have one number of epochs. "
                f"Received: {n} for {first!r}, {curves[label].shape[2]} for {label!r}"
            )
    t = as_floats(
        "epochs", np.arange(1, n + 1) if epochs is None else epochs, shape=(n,), finite=True
    )
    falls = np.diff(t) <= 0
    if falls.any():
        i = np.argmax(falls)
        raise ValueError(f"`epochs` must rise. Received: {t[i]:g}, {t[i + 1]:g}")
    return t


def _summary(runs: FloatArray, spread: str | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lower edge, middle and upper edge of the runs (R, T)."""
    if spread == "quartiles":
        low, middle, high = np.quantile(runs, [0.25, 0.5, 0.75], axis=0)
        return low, middle, high
    return runs.min(axis=0), runs.mean(axis=0), runs.max(axis=0)

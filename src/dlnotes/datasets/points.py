"""Generators of points in the plane: two moons, a world that drifts, and a machine with faults."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlnotes._validation import IntArray, as_count, as_generator, as_nonnegative

__all__ = ["DriftingStream", "MachineReadings", "drifting_stream", "machine_readings", "moons"]

Floats = NDArray[np.float64]

_MODES = np.array([[0.8, 30], [2.4, 50], [4, 70]])  # kW, °C: idle, half load, full load
_SPREAD = np.array([0.15, 2])
_LOW, _HIGH = np.array([0, 20]), np.array([5, 80])
_FAULT_DISTANCE = 4  # standard deviations: a normal reading is as far away once in 3000 times


class DriftingStream(NamedTuple):
    """What :func:`drifting_stream` returns: examples in the order in which they arrive."""

    x: Floats
    """Points, shape ``(N, 2)``."""
    y: IntArray
    """Labels 0 and 1, shape ``(N,)``."""
    w: Floats
    """The unit vector at right angles to the boundary at each time, shape ``(N, 2)``."""


class MachineReadings(NamedTuple):
    """What :func:`machine_readings` returns: readings of a machine and what it was doing."""

    x: Floats
    """Power in kW and temperature in °C, shape ``(N, 2)``."""
    mode: IntArray
    """0 idle, 1 half load, 2 full load, -1 fault, shape ``(N,)``."""


def moons(n: int, *, noise: float, rng: np.random.Generator) -> tuple[Floats, IntArray]:
    r"""Two half circles of radius 1 that reach into each other: no line can separate them.

    .. math::

        x = \begin{cases} (\cos\alpha,\ \sin\alpha) & y = 0 \\
        (1 - \cos\alpha,\ \tfrac12 - \sin\alpha) & y = 1 \end{cases} \; + \; \text{noise},
        \qquad \alpha \text{ uniform on } [0, \pi]

    Parameters
    ----------
    n : int
        Number of points, at least 2.
    noise : float
        Standard deviation of the normal noise that each coordinate gets; 0 for none. The moons
        touch where it is above 0.2 or so.
    rng : numpy.random.Generator
        Source of the angles, the noise and the order.

    Returns
    -------
    x, y : numpy.ndarray
        Points ``(n, 2)`` of float64, and labels ``(n,)`` of int64: half of them 0 and half 1 (one 0
        more for odd ``n``), in random order.

    Raises
    ------
    ValueError
        If ``n`` is below 2, or ``noise`` is negative or not finite.
    TypeError
        If ``n`` is not an integer, ``noise`` not a number, or ``rng`` not a generator.

    Examples
    --------
    >>> x, y = moons(100, noise=0, rng=np.random.default_rng(0))
    >>> bool(np.allclose((x[y == 0] ** 2).sum(axis=1), 1))
    True
    """
    n, noise = as_count("n", n, low=2), as_nonnegative("noise", noise)
    rng = as_generator("rng", rng)
    y = rng.permutation(np.arange(n) % 2)
    angle = rng.uniform(0, np.pi, n)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    x = np.where(y[:, None] == 0, outer, [1, 0.5] - outer)
    return x + noise * rng.standard_normal((n, 2)), y


def drifting_stream(n: int, *, rate: float, rng: np.random.Generator) -> DriftingStream:
    r"""Examples that arrive one by one, while the line between the classes turns.

    .. math::

        x_t \sim \mathcal{N}(0, I), \qquad y_t = [w_t^\top x_t > 0], \qquad
        w_t = (\cos(r t),\ \sin(r t)), \qquad t = 0, \dots, n - 1

    Parameters
    ----------
    n : int
        Number of examples, at least 1.
    rate : float
        The angle :math:`r` by which the line turns from one example to the next, in radians;
        0 for a world that stands still.
    rng : numpy.random.Generator
        Source of the points.

    Returns
    -------
    DriftingStream
        Points ``x`` of shape ``(n, 2)``, labels ``y`` of shape ``(n,)``, and ``w`` of shape
        ``(n, 2)``, which a learner does not get to see.

    Raises
    ------
    ValueError
        If ``n`` is below 1, or ``rate`` is negative or not finite.
    TypeError
        If ``n`` is not an integer, ``rate`` not a number, or ``rng`` not a generator.

    Notes
    -----
    There is no noise: whoever knows :math:`w_t` makes no error. A line at the angle :math:`\theta`
    to the true one errs with probability :math:`\theta / \pi`, so a learner that found
    :math:`w_0` and then stopped errs with probability :math:`r t / \pi` until it is always wrong,
    after half a turn.

    Examples
    --------
    >>> x, y, w = drifting_stream(5, rate=np.pi / 4, rng=np.random.default_rng(0))
    >>> bool(np.all(y == ((x * w).sum(axis=1) > 0)))
    True
    >>> w[2].round(9).tolist()  # after a quarter of a turn
    [0.0, 1.0]
    """
    n, rate = as_count("n", n), as_nonnegative("rate", rate)
    x = as_generator("rng", rng).standard_normal((n, 2))
    angle = rate * np.arange(n)
    w = np.column_stack([np.cos(angle), np.sin(angle)])
    return DriftingStream(x, ((x * w).sum(axis=1) > 0).astype(np.int64), w)


def machine_readings(n: int, *, faults: int, rng: np.random.Generator) -> MachineReadings:
    """Power and temperature of a machine that idles or runs at half or full load, or is faulty.

    Parameters
    ----------
    n : int
        Number of readings, at least 1.
    faults : int
        How many of them are faults, from 0 to ``n``.
    rng : numpy.random.Generator
        Source of the modes, the readings and their order.

    Returns
    -------
    MachineReadings
        Readings ``x`` of shape ``(n, 2)`` and ``mode`` of shape ``(n,)``, in random order.

    Raises
    ------
    ValueError
        If ``n`` is below 1, or ``faults`` is negative or above ``n``.
    TypeError
        If ``n`` or ``faults`` is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    A normal reading is in one of three modes, each as likely: 0.8 kW and 30 °C (idle), 2.4 kW and
    50 °C (half load), 4 kW and 70 °C (full load). It is normally distributed around these, with
    standard deviations of 0.15 kW and 2 °C. A fault is uniform in the rectangle from 0 to 5 kW and
    from 20 to 80 °C, but at least 4 standard deviations away from all three. So neither the power
    nor the temperature need be unusual, only the two together: it is hot and idles.

    The alarm "more than :math:`r` standard deviations away from every mode" is false for a share
    :math:`e^{-r^2/2}` of the normal readings, and up to :math:`r = 4` it misses no fault.

    Examples
    --------
    >>> x, mode = machine_readings(1000, faults=50, rng=np.random.default_rng(0))
    >>> x.shape, int((mode == -1).sum())
    ((1000, 2), 50)
    """
    n, faults = as_count("n", n), as_count("faults", faults, low=0)
    if faults > n:
        raise ValueError(f"`faults` must be at most `n`. Received: faults={faults}, n={n}")
    rng = as_generator("rng", rng)
    mode = rng.integers(len(_MODES), size=n)
    x = _MODES[mode] + _SPREAD * rng.standard_normal((n, 2))
    which = rng.choice(n, size=faults, replace=False)
    mode[which], x[which] = -1, _faults(faults, rng)
    return MachineReadings(x, mode)


def _faults(n: int, rng: np.random.Generator) -> Floats:
    x = rng.uniform(_LOW, _HIGH, (n, 2))
    while (near := _distance(x) < _FAULT_DISTANCE).any():
        x[near] = rng.uniform(_LOW, _HIGH, (near.sum(), 2))
    return x


def _distance(x: Floats) -> Floats:
    """Distance of readings (N, 2) from the nearest mode, in standard deviations."""
    distances = np.linalg.norm((x[:, None] - _MODES) / _SPREAD, axis=-1)
    nearest: Floats = distances.min(axis=1)
    return nearest

"""Measure the package: LeNet-5 beside Keras, the memory of convolutions, the time of imports.

``python benchmarks/library.py`` prints a table and returns 1 if a goal is missed. Everything is
measured in one run on the same two processor cores, ours and Keras's by turns. Times are medians
after a warm-up, so that Keras's are without compilation. Other work on the machine disturbs them.
"""

from __future__ import annotations

import os
import pkgutil
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import NamedTuple

if hasattr(os, "sched_setaffinity"):  # before anything starts threads
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
os.environ["KERAS_BACKEND"] = "jax"
# The products are too small to gain from a second thread, which would only wait in a busy loop.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import dlnotes
from dlnotes.datasets import load_digits
from dlnotes.layers.activation import Activation
from dlnotes.layers.conv2d import Conv2D
from dlnotes.layers.dense import Dense
from dlnotes.layers.flatten import Flatten
from dlnotes.layers.lstm import LSTM
from dlnotes.layers.pooling import AveragePooling2D
from dlnotes.optimizers import SGD
from dlnotes.sequential import Sequential
from dlnotes.training import fit

LENET_GOAL, IMPORT_GOAL, MEMORY_GOAL = 3.0, 50.0, 2.0
LEARNING_RATE, BATCH_SIZE = 0.1, 64
NOT_CORE = ("dlnotes.book", "dlnotes.plotting")
STARTS = 7


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ours: str
    theirs: str
    measured: float
    goal: float | None = None
    unit: str = "x"

    @property
    def missed(self) -> bool:
        """Whether there was a goal and it was not reached."""
        return self.goal is not None and not self.measured <= self.goal

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"{self.goal:g} {self.unit}"
        verdict = " MISSED" if self.missed else ""
        measured = f"{self.measured:.2f} {self.unit}"
        return f"{self.what:52} {self.ours:>10} {self.theirs:>10} {measured:>10} {goal:>7}{verdict}"


def side_by_side(
    what: str, ours: Callable[[], object], theirs: Callable[[], object], *, times: int
) -> Row:
    """Time two functions by turns; the ratio is the median over the turns."""
    seconds: list[tuple[float, float]] = []
    for turn in range(times + 1):
        started = time.perf_counter()
        ours()
        between = time.perf_counter()
        theirs()
        if turn > 0:  # the first warms up
            seconds.append((between - started, time.perf_counter() - between))
    a, b = (1e3 * statistics.median(column) for column in zip(*seconds, strict=True))
    ratio = statistics.median(x / y for x, y in seconds)
    return Row(what, f"{a:.2f} ms", f"{b:.2f} ms", ratio)


def lenet() -> Iterator[Row]:
    """Time one epoch of LeNet-5, as of 1998 with tanh and average pooling, on all digits."""
    import keras

    (x_train, y_train), (x_test, y_test) = load_digits()
    x = np.concatenate([x_train, x_test]).repeat(4, axis=1).repeat(4, axis=2)
    x = x[..., None].astype(np.float32)  # (1797, 32, 32, 1)
    y = np.concatenate([y_train, y_test])
    rng = np.random.default_rng(0)
    ours = Sequential(
        [
            Conv2D(1, 6, 5, rng=rng),
            Activation("tanh"),
            AveragePooling2D(2),
            Conv2D(6, 16, 5, rng=rng),
            Activation("tanh"),
            AveragePooling2D(2),
            Flatten(),
            Dense(400, 120, rng=rng),
            Activation("tanh"),
            Dense(120, 84, rng=rng),
            Activation("tanh"),
            Dense(84, 10, rng=rng),
        ]
    )
    theirs = keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            keras.layers.Conv2D(6, 5, activation="tanh"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Conv2D(16, 5, activation="tanh"),
            keras.layers.AveragePooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(120, activation="tanh"),
            keras.layers.Dense(84, activation="tanh"),
            keras.layers.Dense(10),
        ]
    )
    theirs.set_weights(ours.weights)
    theirs.compile(
        keras.optimizers.SGD(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    optimizer, losses = SGD(LEARNING_RATE), []

    def our_epoch() -> None:
        history = fit(
            ours,
            x,
            y,
            loss="sparse_categorical_crossentropy",
            optimizer=optimizer,
            epochs=1,
            batch_size=BATCH_SIZE,
            from_logits=True,
        )
        losses.append(history.loss[0])

    def their_epoch() -> None:
        history = theirs.fit(x, y, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
        losses.append(history.history["loss"][0])

    n_parameters = sum(p.size for p in ours.parameters)
    what = f"LeNet-5, {n_parameters:,} parameters: one epoch"
    row = side_by_side(what, our_epoch, their_epoch, times=7)
    # Both train the same network on the same batches, or else the times would say nothing.
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-3)
    yield row._replace(goal=LENET_GOAL)


def layers() -> Iterator[Row]:
    """Time a recurrent layer and a step of training, for information."""
    import jax
    import keras

    rng = np.random.default_rng(0)
    ours, theirs = LSTM(32, 64, rng=rng), keras.layers.LSTM(64)
    x = rng.normal(size=(32, 50, 32)).astype(np.float32)
    dy = rng.normal(size=(32, 64)).astype(np.float32)
    theirs.build(x.shape)
    weights = [w.astype(np.float32) for w in ours.weights]
    state = [w.value for w in theirs.non_trainable_variables]

    @jax.jit
    def value_and_gradients(weights: object, x: object) -> object:
        y, back = jax.vjp(lambda w, x: theirs.stateless_call(w, state, x)[0], weights, x)
        return y, back(dy)

    def our_pass() -> None:
        ours.forward(x)
        ours.backward(dy)

    yield side_by_side(
        "LSTM(64), 32 sequences of 50 steps: forward, backward",
        our_pass,
        lambda: jax.block_until_ready(value_and_gradients(weights, x)),
        times=15,
    )

    sizes = [(784, 256), (256, 128), (128, 10)]
    dense = [Dense(i, o, rng=rng) for i, o in sizes]
    mlp = Sequential([dense[0], Activation("relu"), dense[1], Activation("relu"), dense[2]])
    activations = ["relu", "relu", None]
    keras_s = keras.Sequential(
        [
            keras.Input((784,)),
            *(
                keras.layers.Dense(o, activation=a)
                for (_, o), a in zip(sizes, activations, strict=True)
            ),
        ]
    )
    keras_s.compile(
        keras.optimizers.SGD(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    images, labels = rng.normal(size=(64, 784)).astype(np.float32), rng.integers(0, 10, 64)
    settings = {"loss": "sparse_categorical_crossentropy", "optimizer": SGD(LEARNING_RATE)}
    yield side_by_side(
        "MLP 784-256-128-10, 64 images: one training step",
        lambda: fit(mlp, images, labels, epochs=1, batch_size=64, from_logits=True, **settings),
        lambda: keras_s.train_on_batch(images, labels),
        times=30,
    )


def memory() -> Iterator[Row]:
    """Measure the memory that a convolution takes, with its results, in matrices of windows."""
    rng = np.random.default_rng(0)
    for size, channels, filters, kernel_size, strides, padding in [
        (32, 1, 6, 5, 1, "valid"),
        (14, 6, 16, 5, 1, "valid"),
        (28, 16, 32, 3, 1, "same"),
        (28, 16, 32, 3, 2, "same"),
    ]:
        layer = Conv2D(channels, filters, kernel_size, strides=strides, padding=padding, rng=rng)
        x = rng.normal(size=(BATCH_SIZE, size, size, channels)).astype(np.float32)
        dy = layer.forward(x)
        matrix = dy[..., 0].size * kernel_size**2 * channels * x.itemsize
        for run, argument in [(layer.forward, x), (layer.backward, dy)]:
            tracemalloc.start()
            run(argument)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            yield Row(
                f"Conv2D {kernel_size}x{kernel_size}x{channels}x{filters} /{strides} {padding}: "
                f"{run.__name__}",
                f"{peak / 1e6:.1f} MB",
                f"{matrix / 1e6:.1f} MB",
                peak / matrix,
                MEMORY_GOAL,
            )


def imports() -> Iterator[Row]:
    """Time the import of every core module in a fresh process that has imported NumPy."""
    modules = ["dlnotes"]
    modules += [
        module.name
        for module in pkgutil.walk_packages(dlnotes.__path__, "dlnotes.")
        if not module.name.startswith(NOT_CORE) and "._" not in module.name
    ]
    milliseconds = {module: median_import(module) for module in modules}
    slowest = max(modules, key=milliseconds.__getitem__)
    for what, module in [("", "dlnotes"), (f", the slowest of {len(modules)}", slowest)]:
        yield Row(f"import {module}{what}", "", "", milliseconds[module], IMPORT_GOAL, "ms")


def median_import(module: str) -> float:
    """Return the milliseconds that the import of a module takes after that of NumPy.

    They are those of the processor: an import neither waits nor has threads, and so other work on
    the machine does not count.
    """
    code = (
        "import time, numpy; started = time.process_time(); "
        f"import {module}; print(time.process_time() - started)"
    )
    command = [sys.executable, "-c", code]
    seconds = [
        float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603 - code of our own
        for _ in range(STARTS)
    ]
    return 1e3 * statistics.median(seconds)


def main() -> int:
    """Print the table; return 1 if a goal is missed."""
    head = f"{'':52} {'dlnotes':>10} {'Keras/JAX':>10} {'measured':>10} {'goal':>7}"
    missed = False
    for title, part in [
        ("Time", lenet),
        ("Time, for information", layers),
        ("Peak memory, and the matrix of windows", memory),
        ("Import, over NumPy", imports),
    ]:
        print(f"\n{title}\n{head}", flush=True)  # noqa: T201 - printing is its job
        for row in part():
            print(row, flush=True)  # noqa: T201 - printing is its job
            missed |= row.missed
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())

"""Training: the loop that makes a network learn."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import (
    FloatArray,
    as_count,
    as_floats,
    as_generator,
    as_integers,
    as_nonnegative,
    as_positive,
)
from dlnotes.clipping import clip_by_global_norm
from dlnotes.early_stopping import EarlyStopping
from dlnotes.losses import LOSSES, Loss
from dlnotes.optimizers.optimizer import Optimizer
from dlnotes.splits import minibatches
from dlnotes.weight_decay import l2_penalty, l2_penalty_gradient

__all__ = ["History", "fit"]

Examples: TypeAlias = tuple[NDArray[Any], NDArray[Any]]
"""Inputs and what to predict from them, floats or int64."""


class _Model(Protocol):
    """What can be trained: a Sequential, or a single layer."""

    parameters: list[FloatArray]
    weights: list[FloatArray]

    @property
    def gradients(self) -> list[FloatArray]: ...
    def forward(self, x: ArrayLike, *, training: bool = ...) -> FloatArray: ...
    def backward(self, dy: ArrayLike) -> FloatArray: ...


@dataclass
class History:
    """What happened in a training, epoch by epoch."""

    loss: list[float] = field(default_factory=list)
    """Mean loss over the examples of each epoch, each as the network was when it saw them, plus
    the penalty."""
    val_loss: list[float] = field(default_factory=list)
    """Mean loss over the validation data after each epoch, plus the penalty; empty without them."""
    best_epoch: int = 0
    """The epoch, from 0, with the lowest ``val_loss`` or, without validation data, ``loss``. With
    early stopping, what it took for the best."""
    stopped_epoch: int | None = None
    """The epoch, from 0, after which early stopping ended the training; None if it did not."""


def fit(
    model: _Model,
    x: ArrayLike,
    y: ArrayLike,
    *,
    loss: str,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int = 32,
    rng: np.random.Generator | None = None,
    from_logits: bool = False,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    early_stopping: EarlyStopping | None = None,
    clip_norm: float | None = None,
    l2: float = 0.0,
) -> History:
    r"""Train a network: mini-batch by mini-batch forward, backward, step.

    Parameters
    ----------
    model : Sequential or Layer
        The network. It is changed.
    x : array_like
        Inputs ``(N, ...)``, finite.
    y : array_like
        What to predict, ``(N, ...)``, as the loss takes it.
    loss : str
        The name of a loss in :data:`dlnotes.losses.LOSSES`.
    optimizer : Optimizer
        What turns gradients into steps. It goes on from where it is.
    epochs : int
        How often to go through all examples.
    batch_size : int, default 32
        Number of examples in a mini-batch; the last one of an epoch may be smaller.
    rng : numpy.random.Generator, optional
        Shuffles the examples before each epoch. Without it they come as given.
    from_logits : bool, default False
        Whether the network returns scores and not probabilities; for the cross-entropies.
    validation_data : tuple of array_like, optional
        Inputs and labels ``(x, y)`` to measure the loss on after each epoch.
    early_stopping : EarlyStopping, optional
        When to stop before the last epoch.
    clip_norm : float, optional
        The largest length of all gradients together; longer ones are scaled down to it.
    l2 : float, default 0
        Strength :math:`\lambda` of the penalty :math:`\lambda \sum W^2` on all parameters with two
        axes or more: weight matrices and kernels, but no biases.

    Returns
    -------
    History
        The losses.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, the model or the loss, or hold NaN or infinity, or a
        setting is out of its range.
    TypeError
        If an argument is of the wrong type.
    FloatingPointError
        If the loss is not finite at some step.

    Notes
    -----
    After an error of any kind, model, optimizer and ``rng`` are as they were before.

    Examples
    --------
    A straight line through points that lie on one.

    >>> from dlnotes.layers import Dense
    >>> from dlnotes.optimizers import SGD
    >>> x = np.linspace(-1, 1, 8).reshape(-1, 1)
    >>> model = Dense(1, 1, rng=np.random.default_rng(0))
    >>> history = fit(
    ...     model, x, 3 * x + 1, loss="mean_squared_error", optimizer=SGD(0.5), epochs=40
    ... )
    >>> model.W.round(6).tolist(), model.b.round(6).tolist(), round(history.loss[-1], 6)
    ([[3.0]], [1.0], 0.0)
    """
    x, y = _examples("x", x, "y", y)
    validation = None if validation_data is None else _validation_examples(validation_data)
    cost = _cost(loss, from_logits, l2)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"`optimizer` must be an Optimizer. Received: {optimizer!r}")
    epochs, batch_size = as_count("epochs", epochs), as_count("batch_size", batch_size)
    if rng is not None:
        as_generator("rng", rng)
    clip_norm = None if clip_norm is None else as_positive("clip_norm", clip_norm)
    judge = _judge(early_stopping, validation is not None, epochs)

    history, best_weights = History(), None
    with _all_or_nothing(model, optimizer, rng):
        for epoch in range(epochs):
            total = 0.0
            for step, batch in enumerate(minibatches(len(x), batch_size, rng=rng)):
                y_pred = model.forward(x[batch], training=True)
                value = cost.value(model, y[batch], y_pred)
                if not np.isfinite(value):
                    raise FloatingPointError(
                        f"the loss must stay finite. Received: {value} in epoch {epoch}, step "
                        f"{step}, both counted from 0. A smaller learning rate may help."
                    )
                gradients = cost.gradients(model, y[batch], y_pred)
                if clip_norm is not None:
                    gradients, _ = clip_by_global_norm(gradients, clip_norm)
                model.parameters = optimizer.step(model.parameters, gradients)
                total += len(batch) * value
            history.loss.append(total / len(x))
            if validation is not None:
                x_val, y_val = validation
                history.val_loss.append(cost.value(model, y_val, model.forward(x_val)))
            losses = getattr(history, judge.monitor)
            history.best_epoch = judge.best_epoch(losses)
            history.stopped_epoch = judge.stopped_epoch(losses)
            if judge.restore_best_weights and history.best_epoch == epoch:
                best_weights = [w.copy() for w in model.weights]
            if history.stopped_epoch is not None:
                break
        if best_weights is not None:
            model.weights = best_weights
    return history


class _Cost(NamedTuple):
    """What training lowers: the mean of the losses, plus the penalty."""

    loss: Loss
    options: dict[str, bool]
    l2: float

    def value(self, model: _Model, y_true: NDArray[Any], y_pred: FloatArray) -> float:
        if not np.isfinite(y_pred).all():
            return np.nan  # of which the loss would only say that it takes no such number
        losses = self.loss.value(y_true, y_pred, **self.options)
        kernels = [W for W in model.parameters if W.ndim > 1] if self.l2 else []
        penalty = sum(l2_penalty(W, self.l2) for W in kernels)
        with np.errstate(over="ignore"):
            return float(np.mean(losses, dtype=np.float64)) + penalty

    def gradients(
        self, model: _Model, y_true: NDArray[Any], y_pred: FloatArray
    ) -> list[FloatArray]:
        n_losses = y_pred[..., 0].size  # (N,), or (N, T) for sequences
        model.backward(self.loss.gradient(y_true, y_pred, **self.options) / n_losses)
        if self.l2 == 0:
            return model.gradients
        return [
            dW + l2_penalty_gradient(W, self.l2) if W.ndim > 1 else dW
            for W, dW in zip(model.parameters, model.gradients, strict=True)
        ]


def _cost(loss: str, from_logits: bool, l2: float) -> _Cost:
    if loss not in LOSSES:
        raise ValueError(f"`loss` must be one of {', '.join(LOSSES)}. Received: {loss!r}")
    if from_logits and not loss.endswith("crossentropy"):
        raise ValueError(f"`from_logits` must be False for {loss}. Received: {from_logits}")
    options = {"from_logits": True} if from_logits else {}
    return _Cost(LOSSES[loss], options, as_nonnegative("l2", l2))


def _judge(early_stopping: EarlyStopping | None, validation: bool, epochs: int) -> EarlyStopping:
    if early_stopping is None:  # one that never stops, to say which epoch was best
        monitor = "val_loss" if validation else "loss"
        return EarlyStopping(epochs, restore_best_weights=False, monitor=monitor)
    if not isinstance(early_stopping, EarlyStopping):
        raise TypeError(f"`early_stopping` must be an EarlyStopping. Received: {early_stopping!r}")
    if early_stopping.monitor == "val_loss" and not validation:
        raise ValueError("`validation_data` must be given to monitor val_loss. Received: None")
    return early_stopping


def _validation_examples(pair: tuple[ArrayLike, ArrayLike]) -> Examples:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError(f"`validation_data` must be a pair (x, y). Received: {pair!r}")
    return _examples("validation_data[0]", pair[0], "validation_data[1]", pair[1])


def _examples(x_name: str, x: ArrayLike, y_name: str, y: ArrayLike) -> Examples:
    x, y = _numbers(x_name, x), _numbers(y_name, y)
    if len(x) != len(y):
        raise ValueError(
            f"`{y_name}` must have as many examples as `{x_name}`. Received: {len(y)}, not {len(x)}"
        )
    return x, y


def _numbers(name: str, a: ArrayLike) -> NDArray[Any]:
    floats = as_floats(name, a, shape=("N", "..."), finite=True)
    if np.asarray(a).dtype.kind in {"i", "u"}:  # classes, or words for an embedding, stay integers
        return as_integers(name, a)
    return floats


@contextmanager
def _all_or_nothing(*things: object) -> Iterator[None]:
    """Put objects, and the layers inside them, back as they were if the block raises."""
    parts = [part for thing in things for part in _parts(thing)]
    values = [value for part in parts for value in vars(part).values()]
    generators = [g for g in (*things, *values) if isinstance(g, np.random.Generator)]
    states = [g.bit_generator.state for g in generators]
    # What others may hold too, such as a layer or a generator, is put back and not replaced.
    kept = [*parts, *generators, *(value for value in values if callable(value))]
    memo: dict[int, Any] = {id(o): o for o in kept}
    before = [copy.deepcopy(vars(part), memo) for part in parts]
    try:
        yield
    except BaseException:
        for part, attributes in zip(parts, before, strict=True):
            vars(part).clear()
            vars(part).update(attributes)
        for generator, state in zip(generators, states, strict=True):
            generator.bit_generator.state = state
        raise


def _parts(thing: object) -> Iterator[object]:
    """An object, and the layers that are its attributes, directly or in lists."""
    if hasattr(thing, "__dict__"):
        yield thing
        for value in vars(thing).values():
            for item in value if isinstance(value, list | tuple) else [value]:
                if hasattr(item, "forward"):
                    yield from _parts(item)

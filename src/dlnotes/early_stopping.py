"""Early stopping: end the training when it no longer gets better."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from dlnotes._validation import as_batch, as_count, as_nonnegative

__all__ = ["EarlyStopping"]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop the training when the loss has not improved for a while, as Keras's callback does.

    Parameters
    ----------
    patience : int, default 0
        After how many epochs without improvement to stop. 0 does the same as 1.
    min_delta : float, default 0
        By how much a loss has to fall below the best one so far to be an improvement, at least 0.
    restore_best_weights : bool, default True
        Whether the model gets back the weights of its best epoch when the training ends, stopped
        or not. (In Keras the default is False.)
    monitor : str, default "val_loss"
        What to look at: ``"val_loss"`` or ``"loss"``.

    Raises
    ------
    ValueError
        If ``patience`` or ``min_delta`` is negative, or ``monitor`` is another word.
    TypeError
        If ``patience`` is not an integer.

    References
    ----------
    Prechelt, L. (1998). Early Stopping - But When? In *Neural Networks: Tricks of the Trade*,
    55-69. Springer. https://doi.org/10.1007/3-540-49430-8_3

    Examples
    --------
    A recorded curve shows what more patience would have gained.

    >>> losses = [5.0, 3.0, 4.0, 2.0, 2.5, 2.6, 2.7]
    >>> hasty, patient = EarlyStopping(patience=1), EarlyStopping(patience=2)
    >>> hasty.best_epoch(losses), hasty.stopped_epoch(losses)
    (1, 2)
    >>> patient.best_epoch(losses), patient.stopped_epoch(losses)
    (3, 5)
    """

    patience: int = 0
    min_delta: float = 0.0
    restore_best_weights: bool = True
    monitor: str = "val_loss"

    def __post_init__(self) -> None:
        as_count("patience", self.patience, low=0)
        as_nonnegative("min_delta", self.min_delta)
        if self.monitor not in ("val_loss", "loss"):
            raise ValueError(f"`monitor` must be val_loss or loss. Received: {self.monitor!r}")

    def best_epoch(self, losses: ArrayLike) -> int:
        """Return the epoch, from 0, that was best when the training stopped."""
        return self._judge(losses)[0]

    def stopped_epoch(self, losses: ArrayLike) -> int | None:
        """Return the epoch, from 0, after which the training stops; None if it goes on."""
        return self._judge(losses)[1]

    def _judge(self, losses: ArrayLike) -> tuple[int, int | None]:
        curve: list[float] = as_batch("losses", losses, ("epochs",)).tolist()
        best = 0
        for epoch, loss in enumerate(curve):
            if loss + self.min_delta < curve[best] or math.isnan(curve[best]):
                best = epoch
            elif epoch > 0 and epoch - best >= self.patience:
                return best, epoch
        return best, None

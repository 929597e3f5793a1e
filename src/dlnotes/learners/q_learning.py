"""Q-learning: find out by trial and error what each action is worth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import (
    IntArray,
    as_count,
    as_floats,
    as_fraction,
    as_generator,
)
from dlnotes.learners.grid_world import GridWorld

__all__ = ["QLearning", "greedy_path", "greedy_policy", "q_learning"]


class QLearning(NamedTuple):
    """What :func:`q_learning` returns."""

    Q: NDArray[np.float64]
    """Value of each action in each state, ``(states, actions)``: the return expected after it."""
    returns: NDArray[np.float64]
    """Sum of the rewards of each episode in training, ``(episodes,)``."""


def q_learning(
    world: GridWorld,
    *,
    episodes: int,
    learning_rate: float = 0.5,
    discount: float = 1.0,
    epsilon: float = 0.1,
    max_steps: int = 1000,
    rng: np.random.Generator,
) -> QLearning:
    r"""Learn the values of actions from episodes, each a walk from the start to the goal.

    After every step from state :math:`s` by action :math:`a` to :math:`s'` with reward :math:`r`,

    .. math::

        Q(s, a) \leftarrow Q(s, a)
        + \eta \left( r + \gamma \max_{a'} Q(s', a') - Q(s, a) \right)

    where the goal is worth 0. Actions are chosen epsilon-greedily: the one that looks best, the
    first of several, or with probability :math:`\epsilon` any.

    Parameters
    ----------
    world : GridWorld
        Where to walk.
    episodes : int
        Number of walks.
    learning_rate : float, default 0.5
        Share :math:`\eta` of the error that is corrected, greater than 0 and at most 1.
    discount : float, default 1
        How much :math:`\gamma` a reward is worth one step later, from 0 to 1.
    epsilon : float, default 0.1
        Probability of exploring, from 0 to 1.
    max_steps : int, default 1000
        Steps after which a walk is given up.
    rng : numpy.random.Generator
        Draws the explorations.

    Returns
    -------
    QLearning
        The table ``Q`` and the ``returns``, not discounted.

    Raises
    ------
    ValueError
        If a number is out of its range.
    TypeError
        If an argument is of the wrong kind.

    Notes
    -----
    All values start at 0, which is more than any action is worth where each step costs. So an
    action that has not been tried looks best, and everything gets tried.

    References
    ----------
    Watkins, C. J. C. H. and Dayan, P. (1992). Q-learning. *Machine Learning* 8(3-4), 279-292.
    https://doi.org/10.1007/BF00992698

    Examples
    --------
    >>> world = GridWorld(["S#G", "..."])
    >>> learned = q_learning(world, episodes=100, rng=np.random.default_rng(0))
    >>> greedy_path(world, learned.Q) == world.shortest_path()
    True
    """
    episodes, max_steps = as_count("episodes", episodes), as_count("max_steps", max_steps)
    learning_rate = as_fraction("learning_rate", learning_rate)
    if learning_rate == 0:
        raise ValueError(f"`learning_rate` must be greater than 0. Received: {learning_rate}")
    discount, epsilon = as_fraction("discount", discount), as_fraction("epsilon", epsilon)
    as_generator("rng", rng)
    Q = np.zeros((world.n_states, world.n_actions))
    returns = np.zeros(episodes)
    for episode in range(episodes):
        state = world.start
        for _ in range(max_steps):
            explore = rng.random() < epsilon
            action = int(rng.integers(world.n_actions) if explore else Q[state].argmax())
            next_state, reward, done = world.step(state, action)
            # Nobody steps from the goal, so its values stay 0.
            target = reward + discount * Q[next_state].max()
            Q[state, action] += learning_rate * (target - Q[state, action])
            returns[episode] += reward
            state = next_state
            if done:
                break
    return QLearning(Q, returns)


def greedy_policy(Q: ArrayLike) -> IntArray:
    r"""Action that looks best in each state, the first of several: :math:`\arg\max_a Q(s, a)`.

    Parameters
    ----------
    Q : array_like
        Values ``(states, actions)``.

    Returns
    -------
    numpy.ndarray
        Actions ``(states,)``.

    Raises
    ------
    ValueError
        If ``Q`` has another shape, is empty, or contains NaN.
    TypeError
        If ``Q`` does not hold real numbers.

    Examples
    --------
    >>> greedy_policy([[-3, -1, -1], [0, -1, -2]]).tolist()
    [1, 0]
    """
    policy: IntArray = as_floats("Q", Q, shape=("states", "actions")).argmax(axis=1)
    return policy


def greedy_path(world: GridWorld, Q: ArrayLike) -> list[int] | None:
    """Where the greedy policy leads.

    Parameters
    ----------
    world : GridWorld
        Where to walk.
    Q : array_like
        Values ``(states, actions)`` of this world.

    Returns
    -------
    list of int or None
        The cells from start to goal, both included; None if the policy walks in circles.

    Raises
    ------
    ValueError
        If ``Q`` does not have the shape of this world, or contains NaN.
    TypeError
        If ``Q`` does not hold real numbers.

    Examples
    --------
    >>> world = GridWorld(["S.G"])
    >>> greedy_path(world, [[0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    [0, 1, 2]
    >>> print(greedy_path(world, [[0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]))
    None
    """
    policy = greedy_policy(as_floats("Q", Q, shape=(world.n_states, world.n_actions)))
    path = [world.start]
    while path[-1] != world.goal:
        state, _, _ = world.step(path[-1], int(policy[path[-1]]))
        if state in path:
            return None
        path.append(state)
    return path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.learners.grid_world import GridWorld
from dlnotes.learners.q_learning import greedy_path, greedy_policy, q_learning

ROAD = GridWorld(["S.G"])
MAZE = GridWorld(["S.#.G", "..#..", ".....", ".#.#."])


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_first_episode_by_hand():
    # Greedy, all values 0 at first: up, right against nothing ... each try is worth less then.
    learned = q_learning(
        ROAD, episodes=1, learning_rate=0.5, discount=0.5, epsilon=0, max_steps=3, rng=rng()
    )
    # Up: stays, -1 + 0.5 * 0, half of it. Right: to the middle, likewise. Up there: likewise.
    assert learned.Q.tolist() == [[-0.5, -0.5, 0, 0], [-0.5, 0, 0, 0], [0, 0, 0, 0]]
    assert learned.returns.tolist() == [-3]


def test_the_value_of_the_next_state_counts():
    # Without a way on, all four actions stay; the fifth step is up again, from -1 + 1 * max = -2.
    learned = q_learning(
        GridWorld(["S#G"]), episodes=1, learning_rate=1, epsilon=0, max_steps=5, rng=rng()
    )
    assert learned.Q[0].tolist() == [-2, -1, -1, -1]
    half = q_learning(
        GridWorld(["S#G"]),
        episodes=1,
        learning_rate=0.5,
        discount=0.5,
        epsilon=0,
        max_steps=5,
        rng=rng(),
    )
    # -0.5 + 0.5 * (-1 + 0.5 * -0.5 + 0.5)
    assert half.Q[0].tolist() == [-0.875, -0.5, -0.5, -0.5]


def test_values_converge_to_the_remaining_steps():
    learned = q_learning(ROAD, episodes=300, learning_rate=1, epsilon=0.5, rng=rng())
    assert learned.Q.tolist() == [[-3, -2, -3, -3], [-2, -1, -2, -3], [0, 0, 0, 0]]
    learned = q_learning(ROAD, episodes=300, learning_rate=1, epsilon=0.5, discount=0.5, rng=rng())
    assert learned.Q[0].tolist() == [-1.75, -1.5, -1.75, -1.75]


def test_epsilon_is_how_often_chance_decides():
    # In a cell with one way out, always at random: 4 tries a step on the average.
    pocket = GridWorld(["SG"])
    at_random = q_learning(pocket, episodes=4000, epsilon=1, rng=rng())
    assert at_random.returns.mean() == pytest.approx(-4, abs=0.25)
    # Half at random: the way is taken in 1/2 + 1/2 * 1/4 of all steps, once it is known.
    half = q_learning(pocket, episodes=4000, epsilon=0.5, rng=rng())
    assert half.returns[10:].mean() == pytest.approx(-1.6, abs=0.08)
    never = q_learning(pocket, episodes=50, epsilon=0, rng=rng())
    assert never.returns[10:].tolist() == [-1] * 40


@pytest.mark.parametrize("seed", range(9))
def test_chance_decides_below_epsilon_and_not_at_it(seed):
    # So epsilon = 0 leaves nothing to chance. Greedy, the first try is up.
    drawn = rng(seed).random()
    learned = q_learning(ROAD, episodes=1, epsilon=drawn, max_steps=1, rng=rng(seed))
    assert learned.Q[0].tolist() == [-0.5, 0, 0, 0]


def test_defaults():
    same = q_learning(
        MAZE,
        episodes=20,
        learning_rate=0.5,
        discount=1,
        epsilon=0.1,
        max_steps=1000,
        rng=rng(3),
    )
    np.testing.assert_array_equal(q_learning(MAZE, episodes=20, rng=rng(3)).Q, same.Q)
    closed = q_learning(GridWorld(["S#G"]), episodes=1, rng=rng())
    assert closed.returns.tolist() == [-1000]


def test_trial_improves_the_policy():
    learned = q_learning(MAZE, episodes=400, rng=rng())
    assert learned.returns.shape == (400,)
    assert learned.Q.shape == (20, 4)
    assert learned.returns[-40:].mean() > learned.returns[:40].mean() + 5
    assert learned.returns.max() <= -(len(MAZE.shortest_path()) - 1)
    path = greedy_path(MAZE, learned.Q)
    assert len(path) == len(MAZE.shortest_path()) == 9
    assert (path[0], path[-1]) == (MAZE.start, MAZE.goal)
    # Along the way the value is the number of steps that remain.
    values = learned.Q[path].max(axis=1)
    np.testing.assert_allclose(values, np.arange(-8, 1), atol=1e-6)


def test_the_same_generator_gives_the_same_table():
    tables = [q_learning(MAZE, episodes=30, rng=rng(s)).Q for s in (1, 1, 2)]
    np.testing.assert_array_equal(tables[0], tables[1])
    assert not np.array_equal(tables[0], tables[2])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(".#"), min_size=10, max_size=10), st.integers(0, 2**32))
def test_no_learned_path_is_shorter_than_the_shortest(cells, seed):
    text = "S" + "".join(cells) + "G"
    world = GridWorld([text[i : i + 4] for i in (0, 4, 8)])
    learned = q_learning(world, episodes=60, max_steps=200, epsilon=0.2, rng=rng(seed))
    path, shortest = greedy_path(world, learned.Q), world.shortest_path()
    if shortest is None:
        assert path is None
    elif path is not None:
        assert len(path) >= len(shortest)
        assert learned.returns.max() <= 1 - len(shortest)


def test_greedy_is_the_first_of_the_best():
    policy = greedy_policy([[-1, -1, -3], [0, 2, 2], [-5, -4, -3]])
    assert policy.tolist() == [0, 1, 2]
    assert policy.dtype == np.int64


def test_a_policy_that_walks_in_circles_has_no_path():
    Q = np.zeros((3, 4))
    assert greedy_path(ROAD, Q) is None
    Q[0, 1] = Q[1, 3] = 1
    assert greedy_path(ROAD, Q) is None
    Q[1, 1] = 2
    kept = Q.copy()
    assert greedy_path(ROAD, Q) == [0, 1, 2]
    np.testing.assert_array_equal(Q, kept)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"episodes": 0}, ValueError, "`episodes` must be at least 1. Received: 0"),
        ({"max_steps": 0}, ValueError, "`max_steps` must be at least 1. Received: 0"),
        ({"learning_rate": 0}, ValueError, "`learning_rate` must be greater than 0. Received: 0.0"),
        ({"learning_rate": 2}, ValueError, "`learning_rate` must lie between 0 and 1. Received: 2"),
        ({"discount": -1}, ValueError, "`discount` must lie between 0 and 1. Received: -1"),
        ({"epsilon": 1.5}, ValueError, "`epsilon` must lie between 0 and 1. Received: 1.5"),
        ({"rng": 1}, TypeError, "`rng` must be a numpy.random.Generator. Received: 1"),
    ],
)
def test_settings_out_of_range(change, error, message):
    with pytest.raises(error) as caught:
        q_learning(ROAD, **({"episodes": 1, "rng": rng()} | change))
    assert str(caught.value) == message


def test_unusable_tables():
    with pytest.raises(
        ValueError, match=r"^`Q` must have shape \(3, 4\)\. Received: shape=\(2, 4\)$"
    ):
        greedy_path(ROAD, np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"^`Q` must not contain NaN\. Received: 1 NaN$"):
        greedy_policy([[0, np.nan]])
    message = r"^`Q` must have shape \(states, actions\)\. Received: shape=\(2,\)$"
    with pytest.raises(ValueError, match=message):
        greedy_policy([0, 1])

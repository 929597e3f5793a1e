import itertools

import pytest

from dlnotes.learners.grid_world import GridWorld

UP, RIGHT, DOWN, LEFT = range(4)
#        0123
ROWS = [
    "S.#.",  # 0 to 3
    "..#G",  # 4 to 7
    "....",
]  # 8 to 11


@pytest.fixture
def world():
    return GridWorld(ROWS)


def test_what_the_map_says(world):
    assert world.shape == (3, 4)
    assert (world.n_states, world.n_actions) == (12, 4)
    assert (world.start, world.goal, world.walls) == (0, 7, {2, 6})


@pytest.mark.parametrize(
    ("state", "action", "next_state"),
    [
        (5, UP, 1),
        (4, RIGHT, 5),
        (5, DOWN, 9),
        (5, LEFT, 4),
        # Against the edges: nowhere, and not round to the other side.
        (0, UP, 0),
        (3, RIGHT, 3),
        (11, RIGHT, 11),
        (9, DOWN, 9),
        (11, DOWN, 11),
        (4, LEFT, 4),
        (8, LEFT, 8),
        (0, LEFT, 0),
        # Against walls.
        (1, RIGHT, 1),
        (3, LEFT, 3),
        (10, UP, 10),
    ],
)
def test_a_step_leads_to_the_neighbour_or_nowhere(world, state, action, next_state):
    assert world.step(state, action) == (next_state, -1.0, False)


def test_the_goal_ends_the_walk(world):
    assert world.step(3, DOWN) == (7, -1.0, True)
    assert world.step(11, UP) == (7, -1.0, True)


def test_the_shortest_path_goes_round_the_wall(world):
    path = world.shortest_path()
    assert len(path) == 7
    assert (path[0], path[-1]) == (0, 7)
    for here, there in itertools.pairwise(path):
        assert there in [world.step(here, action)[0] for action in range(4)]
        assert here != there


def test_of_two_ways_the_shorter():
    assert len(GridWorld(["S....", ".###.", "..G.."]).shortest_path()) == 5
    assert GridWorld(["SG"]).shortest_path() == [0, 1]
    assert GridWorld(["G", ".", "S"]).shortest_path() == [2, 1, 0]


def test_no_way():
    assert GridWorld(["S#G"]).shortest_path() is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "`rows` must be equally long. Received: []"),
        ([""], "`rows` must be equally long. Received: ['']"),
        (["S.", "G"], "`rows` must be equally long. Received: ['S.', 'G']"),
        (["S..", "G", ".."], "`rows` must be equally long. Received: ['S..', 'G', '..']"),
        (["SGx"], "`rows` must hold S, G, # and . only. Received: 'x'"),
        (["SGX"], "`rows` must hold S, G, # and . only. Received: 'X'"),
        ([".G"], "`rows` must hold one S. Received: 0 of them"),
        (["SSG"], "`rows` must hold one S. Received: 2 of them"),
        (["S."], "`rows` must hold one G. Received: 0 of them"),
        (["SGGG"], "`rows` must hold one G. Received: 3 of them"),
    ],
)
def test_unusable_maps(rows, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        GridWorld(rows)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("state", "action", "error", "message"),
    [
        (12, 0, ValueError, "`state` must be a cell that one can step from. Received: 12"),
        (2, 0, ValueError, "`state` must be a cell that one can step from. Received: 2"),
        (7, 0, ValueError, "`state` must be a cell that one can step from. Received: 7"),
        (-1, 0, ValueError, "`state` must be at least 0. Received: -1"),
        (0, 4, ValueError, "`action` must be at most 3. Received: 4"),
        (0, -1, ValueError, "`action` must be at least 0. Received: -1"),
        (0.0, 0, TypeError, "`state` must be an integer. Received: 0.0"),
        (0, 1.0, TypeError, "`action` must be an integer. Received: 1.0"),
    ],
)
def test_steps_that_nobody_can_take(world, state, action, error, message):
    with pytest.raises(error) as caught:
        world.step(state, action)
    assert str(caught.value) == message


def test_one_string_is_no_list_of_rows():
    with pytest.raises(TypeError) as caught:
        GridWorld("SG.")
    assert str(caught.value) == "`rows` must be a list of rows. Received: 'SG.'"

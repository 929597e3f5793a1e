"""A small world of cells to walk through, for learning by trial and error."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from dlnotes._validation import as_count

__all__ = ["GridWorld"]


class GridWorld:
    """Grid of cells, in which each step costs 1 until the goal is reached.

    Parameters
    ----------
    rows : sequence of str
        The map, one string a row, all equally long: ``S`` is the start, ``G`` the goal, ``#`` a
        wall, ``.`` a free cell.

    Attributes
    ----------
    shape : tuple of int
        Number of rows and of columns.
    n_states : int
        Number of cells, walls included. They are numbered from 0, row by row.
    n_actions : int
        4: up, right, down and left are 0, 1, 2 and 3.
    start, goal : int
        Numbers of these two cells.
    walls : frozenset of int
        Numbers of the cells that cannot be entered.

    Raises
    ------
    ValueError
        If the rows are not equally long, there is not one start and one goal, or a cell is none of
        the above.

    Examples
    --------
    >>> world = GridWorld(["S.",
    ...                    "#G"])
    >>> world.step(world.start, 1)
    (1, -1.0, False)
    >>> world.step(1, 2)
    (3, -1.0, True)
    >>> world.shortest_path()
    [0, 1, 3]
    """

    n_actions = 4
    MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))

    def __init__(self, rows: Sequence[str]) -> None:
        if isinstance(rows, str):
            raise TypeError(f"`rows` must be a list of rows. Received: {rows!r}")
        cells = "".join(rows)
        if not cells or any(len(row) * len(rows) != len(cells) for row in rows):
            raise ValueError(f"`rows` must be equally long. Received: {list(rows)}")
        if unknown := set(cells) - set("SG#."):
            raise ValueError(f"`rows` must hold S, G, # and . only. Received: {min(unknown)!r}")
        for letter in "SG":
            if cells.count(letter) != 1:
                raise ValueError(
                    f"`rows` must hold one {letter}. Received: {cells.count(letter)} of them"
                )
        self.shape = len(rows), len(rows[0])
        self.n_states = len(cells)
        self.start, self.goal = cells.index("S"), cells.index("G")
        self.walls = frozenset(i for i, cell in enumerate(cells) if cell == "#")

    def step(self, state: int, action: int) -> tuple[int, float, bool]:
        """Take one step. A step against a wall or the edge leads nowhere, and costs as much.

        Parameters
        ----------
        state : int
            Number of the cell where one stands, neither a wall nor the goal.
        action : int
            0 for up, 1 for right, 2 for down, 3 for left.

        Returns
        -------
        next_state : int
            Number of the cell where one stands then.
        reward : float
            -1.
        done : bool
            Whether this is the goal.

        Raises
        ------
        ValueError, TypeError
            If there is no such cell or action, or nobody can step from this cell.
        """
        state, action = as_count("state", state, low=0), as_count("action", action, low=0)
        if state >= self.n_states or state in self.walls or state == self.goal:
            raise ValueError(f"`state` must be a cell that one can step from. Received: {state}")
        if action >= self.n_actions:
            raise ValueError(f"`action` must be at most 3. Received: {action}")
        next_state = self._neighbour(state, action)
        return next_state, -1.0, next_state == self.goal

    def shortest_path(self) -> list[int] | None:
        """Find a shortest path by breadth-first search, which knows the map and learns nothing.

        Returns
        -------
        list of int or None
            The cells from start to goal, both included; None if no path leads there.

        Examples
        --------
        >>> len(GridWorld(["S#G", "..."]).shortest_path())
        5
        """
        came_from = {self.start: self.start}
        queue = deque([self.start])
        while queue:
            state = queue.popleft()
            if state == self.goal:
                path = [state]
                while path[-1] != self.start:
                    path.append(came_from[path[-1]])
                return path[::-1]
            for action in range(self.n_actions):
                neighbour = self._neighbour(state, action)
                if neighbour not in came_from:
                    came_from[neighbour] = state
                    queue.append(neighbour)
        return None

    def _neighbour(self, state: int, action: int) -> int:
        row, column = divmod(state, self.shape[1])
        down, right = self.MOVES[action]
        row, column = row + down, column + right
        neighbour = row * self.shape[1] + column
        inside = 0 <= row < self.shape[0] and 0 <= column < self.shape[1]
        return neighbour if inside and neighbour not in self.walls else state

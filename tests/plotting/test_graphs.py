"""A computational graph has its nodes in order and every number beside its own edge."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlnotes.plotting import COLORS, computational_graph

NODES = {"x": "x", "w": "w", "product": "×", "b": "b", "sum": "+"}
EDGES = [
    ("x", "product", "2", "−3.5"),
    ("w", "product", "−4", "1.75"),
    ("product", "sum", "−8", "0.5"),
    ("b", "sum", "1", ""),
]


def nodes_of(ax):
    names = ["x", "w", "×", "b", "+"]
    lines = dict(zip(names, ax.lines, strict=True))
    return {name: tuple(line.get_xydata()[0]) for name, line in lines.items()}


def find(ax, word):
    (text,) = [text for text in ax.texts if text.get_text() == word]
    return text


def centre(text):
    return np.mean(text.get_window_extent().get_points(), axis=0)


def test_nodes_stand_right_of_what_they_need_and_inputs_left_of_their_first_use():
    at = nodes_of(computational_graph(NODES, EDGES))
    assert at == {"x": (0, 0.5), "w": (0, -0.5), "×": (1, 0.5), "b": (1, -0.5), "+": (2, 0)}


def test_a_node_stands_right_of_the_last_that_it_needs_and_left_of_none_that_needs_it():
    nodes = dict.fromkeys("xyz", "") | {"lone": ""}
    edges = [("x", "y", "", ""), ("y", "z", "", ""), ("x", "z", "", "")]
    ax = computational_graph(nodes, edges)
    assert [line.get_xdata()[0] for line in ax.lines] == [0, 1, 2, 0]


def test_nodes_stand_where_they_are_told():
    told = {name: (float(i), i % 2) for i, name in enumerate(NODES)}
    ax = computational_graph(NODES, EDGES, positions=told)
    assert list(nodes_of(ax).values()) == list(told.values())
    for name, text in NODES.items():
        assert find(ax, text).get_position() == told[name]


def test_inputs_are_squares_and_the_others_circles():
    ax = computational_graph(NODES, EDGES)
    assert [line.get_marker() for line in ax.lines] == ["s", "s", "o", "s", "o"]


def test_the_value_is_above_and_the_gradient_below_the_middle_of_its_edge():
    ax = computational_graph(NODES, EDGES)
    ax.figure.draw_without_rendering()
    at = nodes_of(ax)
    for source, target, value, gradient in EDGES[:3]:
        ends = [at[NODES[source]], at[NODES[target]]]
        middle = ax.transData.transform(np.mean(ends, axis=0))
        over, under = centre(find(ax, value)) - middle, centre(find(ax, gradient)) - middle
        assert over[1] > 2
        assert under[1] < -2
        assert np.linalg.norm(over) < 20
        assert np.linalg.norm(under) < 20
    assert find(ax, "−3.5").get_style() == "italic"
    assert find(ax, "−3.5").get_color() == COLORS["blue"]
    assert find(ax, "−4").get_style() == "normal"


def test_texts_slant_like_their_edge_and_never_upside_down():
    nodes = {"a": "", "b": "", "c": ""}
    told = {"a": (0, 0), "b": (1, 1), "c": (0, 1)}
    edges = [("a", "b", "up", ""), ("b", "c", "back", ""), ("c", "a", "down", "")]
    ax = computational_graph(nodes, edges, positions=told)
    ax.figure.draw_without_rendering()
    (x0, y0), (x1, y1) = ax.transData.transform([[0, 0], [1, 1]])
    slope = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    assert find(ax, "up").get_rotation() == pytest.approx(slope)
    assert find(ax, "back").get_rotation() == pytest.approx(0)
    assert find(ax, "down").get_rotation() % 180 == pytest.approx(90)


def test_arrows_lead_forward_from_rim_to_rim():
    ax = computational_graph(NODES, EDGES)
    at = nodes_of(ax)
    arrows = [text for text in ax.texts if hasattr(text, "arrow_patch")]
    assert len(arrows) == len(EDGES)
    for arrow, (source, target, _, _) in zip(arrows, EDGES, strict=True):
        np.testing.assert_array_equal(arrow.xy, at[NODES[target]])
        np.testing.assert_array_equal(arrow.get_position(), at[NODES[source]])
        assert arrow.arrow_patch.shrinkA == arrow.arrow_patch.shrinkB == 14
    assert {line.get_markersize() for line in ax.lines} == {28}


def test_words_do_not_overlap_and_stay_in_the_figure():
    nodes = {str(i): f"f{i}" for i in range(5)}
    edges = [(str(i), str(i + 1), f"−0.{i}23", f"−1.{i}23") for i in range(4)]
    ax = computational_graph(nodes, edges)  # on one level: slanted boxes would tell nothing
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        assert np.all(ax.figure.bbox.min <= box.min)
        assert np.all(box.max <= ax.figure.bbox.max)


def test_the_figure_is_as_high_as_the_graph_needs():
    one = computational_graph({"a": "a"}, [])
    two = computational_graph(NODES, EDGES)
    assert one.figure.get_size_inches().tolist() == pytest.approx([4.8, 1.3])
    assert two.figure.get_size_inches().tolist() == pytest.approx([4.8, 2.1])
    assert two.get_xlim() == pytest.approx((-0.3, 2.3))
    assert two.get_ylim() == pytest.approx((-1, 1))


def test_computational_graph_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert computational_graph(NODES, EDGES, ax=ax) is ax


ALL = dict.fromkeys(NODES, (0, 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nodes": {}, "edges": []}, "`nodes` must not be empty. Received: 0 nodes"),
        (
            {"edges": [*EDGES, ("x", "sum")]},
            "`edges[4]` must hold two names, a value and a gradient. Received: ('x', 'sum')",
        ),
        (
            {"edges": [("x", "y", "", "")]},
            "`edges` and `positions` must name known nodes. Received: 'y'",
        ),
        (
            {"positions": ALL | {"z": (0, 0)}},
            "`edges` and `positions` must name known nodes. Received: 'z'",
        ),
        (
            {"positions": {"x": (0, 0)}},
            "`positions` must place every node. Received: none for 'w'",
        ),
        ({"positions": ALL | {"x": (0, np.inf)}}, "`positions` must be finite. Received: inf"),
        (
            {"edges": EDGES + EDGES[:1]},
            "`edges` must join two nodes only once. Received: ('x', 'product') twice",
        ),
        (
            {"edges": [("x", "w", "", ""), ("w", "x", "", "")]},
            "`edges` must not run in a circle. Received: x → w → x",
        ),
        (
            {"edges": [("x", "x", "", "")]},
            "`edges` must not run in a circle. Received: x → x",
        ),
    ],
)
def test_computational_graph_refuses_what_it_cannot_draw(change, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        computational_graph(**({"nodes": NODES, "edges": EDGES} | change))
    assert str(caught.value) == message
    assert plt.get_fignums() == []

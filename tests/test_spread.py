"""Spreading: everyone in their own cell, no two at one place, and nothing random."""

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from igtm.charts.spread import spread

nodes = st.lists(st.integers(0, 8), min_size=1, max_size=300).map(np.array)
spacings = st.floats(1e-3, 10)


def on_grid(node, spacing):
    return (node % 3) * spacing, (node // 3) * spacing


@given(nodes, spacings)
def test_points_stay_in_their_cell(node, spacing):
    centre = on_grid(node, spacing)
    x, y = spread(*centre, node, spacing)
    assert (np.hypot(x - centre[0], y - centre[1]) < spacing / 2).all()


@given(nodes, spacings)
def test_no_two_points_coincide(node, spacing):
    x, y = spread(*on_grid(node, spacing), node, spacing)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > spacing / 40


@given(nodes)
def test_a_node_s_points_depend_on_that_node_alone(node):
    x, y = spread(*on_grid(node, 1.0), node, 1.0)
    for one in set(node.tolist()):
        mine = node == one
        alone = spread(*on_grid(node[mine], 1.0), node[mine], 1.0)
        np.testing.assert_array_equal(alone, (x[mine], y[mine]))


def test_a_lone_point_lies_on_its_node():
    x, y = spread([0.5, 0.0], [-0.5, 0.0], [7, 3], 0.1)
    np.testing.assert_array_equal((x, y), ([0.5, 0.0], [-0.5, 0.0]))


def test_no_points():
    x, y = spread([], [], [], 0.1)
    assert len(x) == len(y) == 0


def test_speed():
    node = np.random.default_rng(0).integers(0, 400, 100_000)
    start = time.process_time()
    spread(*on_grid(node, 0.1), node, 0.1)
    assert time.process_time() - start < 0.1

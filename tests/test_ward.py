"""Clusters of nodes: connected, found where they are known to be, and the same whatever leaves distances alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label
from sklearn.metrics import adjusted_rand_score

from igtm.engine.manifold import Grid, Manifold
from igtm.maps import ward


def sheet(target, m=5):
    """A manifold whose nodes lie as near to `target`, (K, D), as its basis allows."""
    grid = Grid(round(len(target) ** 0.5), m, 0.6)
    weights = np.linalg.lstsq(grid.basis, target)[0]
    return Manifold(grid, weights, np.zeros(target.shape[1]), 0.1, 1e-6)


def plateaus(k=12, parts=3, outlier=0.0):
    """A sheet with so many plateaus along map x, and which node lies on which; the first node may lie far out."""
    x = Grid(k, 2, 1).nodes[:, 0]
    which = np.minimum(((x + 1) / 2 * parts).astype(int), parts - 1)
    heights = np.eye(parts)[which] * 10
    heights[0] += outlier
    return sheet(heights, m=k), which


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_plateaus_are_found_and_counted(parts):
    manifold, which = plateaus(parts=parts)
    found = ward.cluster(manifold, np.ones(144))
    assert adjusted_rand_score(found, which) == 1


@settings(deadline=None, max_examples=15)
@given(k=st.integers(2, 7), n=st.integers(1, 8), seed=st.integers(0, 10**6))
def test_each_cluster_is_connected_and_they_are_as_many_as_asked(k, n, seed):
    rng = np.random.default_rng(seed)
    manifold = sheet(rng.standard_normal((k * k, 4)), m=3)
    mass = rng.gamma(0.3, 5, k * k)
    with_voice = (mass >= 0.5).sum()
    if not 1 <= n <= with_voice:
        n = 1
        mass += 0.5
    found = ward.cluster(manifold, mass, n)
    assert np.unique(found).tolist() == list(range(n))
    for part in range(n):
        assert label(found.reshape(k, k) == part)[1] == 1
    total = np.bincount(found, mass)
    assert (np.diff(total) <= 1e-9).all()
    np.testing.assert_array_equal(ward.cluster(manifold, mass, n), found)


def test_scale_turn_and_shift_of_data_space_change_nothing():
    rng = np.random.default_rng(0)
    manifold, mass = sheet(rng.standard_normal((49, 4))), rng.uniform(0.2, 3, 49)
    turn = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    moved = replace(manifold, weights=manifold.weights @ turn * 30, offset=manifold.offset + 5)
    np.testing.assert_array_equal(ward.cluster(moved, mass), ward.cluster(manifold, mass))


def test_nodes_without_rows_follow_the_nearest_that_has_some():
    manifold, which = plateaus()
    found = ward.cluster(manifold, np.where(which == 1, 0.0, 1.0)).reshape(12, 12)
    assert len(np.unique(found)) == 2
    assert (found[:6] == found[0, 0]).all()
    assert (found[6:] == found[-1, 0]).all()


def test_one_outlying_node_is_not_a_cluster_of_its_own():
    manifold, which = plateaus(parts=2, outlier=80.0)
    mass = np.where(np.arange(144) == 0, 0.6, 50.0)
    assert adjusted_rand_score(ward.cluster(manifold, mass, 2), which) == 1
    alone = ward.cluster(manifold, np.ones(144), 2)
    assert (alone == alone[0]).sum() == 1


@pytest.mark.parametrize("mass", [np.zeros(9), np.full(9, 0.1)])
def test_without_any_rows_all_nodes_count(mass):
    assert np.unique(ward.cluster(sheet(np.eye(9), m=3), mass, 3)).tolist() == [0, 1, 2]


def test_a_collapsed_sheet_and_a_single_node_are_one_cluster():
    assert (ward.cluster(sheet(np.zeros((16, 3))), np.ones(16)) == 0).all()
    assert ward.cluster(sheet(np.ones((1, 3)), m=1), np.ones(1)).tolist() == [0]


@pytest.mark.parametrize("n", [0, 4])
def test_wrong_numbers_are_named(n):
    mass = np.array([1, 1, 1, 0.2])
    with pytest.raises(ValueError, match=rf"n={n} must be from 1 to 3, the number of nodes that explain 0\.5 rows"):
        ward.cluster(sheet(np.eye(4), m=2), mass, n)


def test_depth_counts_steps_to_the_border():
    labels = np.zeros((5, 5), dtype=int)
    labels[:, 4] = 1
    depth = ward.depth(labels.ravel()).reshape(5, 5)
    assert depth[:, 4].tolist() == [1] * 5
    assert depth[2].tolist() == [1, 2, 2, 1, 1]
    assert ward.depth(np.zeros(1, dtype=int)).tolist() == [1]

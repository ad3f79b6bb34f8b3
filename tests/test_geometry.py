"""How the sheet lies in data space, against finite differences, distances taken one by one, and known sheets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm.engine import manifold as gtm
from igtm.engine.manifold import Grid, Manifold
from igtm.maps import geometry


def sheet(k=5, m=3, s=1.0, n_features=4, seed=0):
    """A manifold with random weights."""
    grid = Grid(k, m, s)
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((m * m + 1, n_features))
    return Manifold(grid, weights, rng.standard_normal(n_features), 0.1, 1e-6)


def flat(k=6, sides=(3.0, 5.0)):
    """A nearly flat rectangle in three dimensions: so wide are its radial functions."""
    grid = Grid(k, 4, 20.0)
    target = np.column_stack([grid.nodes * sides, np.zeros(k * k)])
    return Manifold(grid, np.linalg.lstsq(grid.basis, target)[0], np.zeros(3), 0.1, 1e-6)


def by_differences(manifold, positions, step=1e-5):
    """√det(JᵀJ) of central differences of `decode_at`."""
    steps = step * np.eye(2)
    J = np.stack(
        [(gtm.decode_at(manifold, positions + h) - gtm.decode_at(manifold, positions - h)) / (2 * step) for h in steps]
    )
    metric = np.einsum("ind,jnd->nij", J, J)
    return np.sqrt(np.maximum(np.linalg.det(metric), 0)), np.sqrt(metric[:, 0, 0] * metric[:, 1, 1])


@settings(deadline=None, max_examples=60)
@given(
    k=st.integers(1, 7),
    m=st.integers(1, 5),
    s=st.floats(0.3, 3),
    n_features=st.integers(1, 12),
    seed=st.integers(0, 10**6),
)
def test_magnification_is_that_of_finite_differences(k, m, s, n_features, seed):
    manifold = sheet(k, m, s, n_features, seed)
    positions = np.random.default_rng(seed).uniform(-1, 1, (9, 2))
    expected, sides = by_differences(manifold, positions)
    # As far as the differences themselves have digits: where the sheet is a line, they say nothing of its area.
    np.testing.assert_allclose(
        geometry.magnification(manifold, positions), expected, rtol=1e-4, atol=1e-5 * sides.max()
    )


def test_magnification_is_at_the_nodes_by_default():
    manifold = sheet()
    np.testing.assert_array_equal(geometry.magnification(manifold), geometry.magnification(manifold, manifold.nodes))


def test_magnification_keeps_its_digits_where_the_sheet_is_thin():
    thin = flat(sides=(3.0, 3e-7))
    np.testing.assert_allclose(geometry.magnification(thin) / geometry.magnification(flat()), 3e-7 / 5, rtol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_geometry_does_not_depend_on_how_data_space_is_turned_or_shifted(seed):
    manifold = sheet(seed=seed)
    turn = np.linalg.qr(np.random.default_rng(seed).standard_normal((4, 4)))[0]
    turned = Manifold(manifold.grid, manifold.weights @ turn, manifold.offset + 7, 0.1, 1e-6)
    for measure in (geometry.magnification, geometry.u_matrix, geometry.stretch):
        np.testing.assert_allclose(measure(turned), measure(manifold), rtol=1e-9, atol=1e-9)


def test_a_scaled_sheet_has_scaled_distances_and_areas():
    manifold = sheet()
    scaled = Manifold(manifold.grid, 3 * manifold.weights, manifold.offset, 0.1, 1e-6)
    np.testing.assert_allclose(geometry.magnification(scaled), 9 * geometry.magnification(manifold))
    np.testing.assert_allclose(geometry.u_matrix(scaled), 3 * geometry.u_matrix(manifold))
    np.testing.assert_allclose(geometry.stretch(scaled), geometry.stretch(manifold), atol=1e-9)


def test_a_flat_rectangle_is_stretched_alike_everywhere():
    inner = np.abs(flat().nodes).max(axis=1) < 0.9
    np.testing.assert_allclose(geometry.magnification(flat())[inner], 15, rtol=0.05)
    np.testing.assert_allclose(geometry.u_matrix(flat())[inner], (3 + 5) / 2 * 0.4, rtol=0.05)


@pytest.mark.parametrize(("m", "n_features"), [(1, 5), (3, 1), (1, 1)])
@pytest.mark.parametrize("k", [1, 4, 5])
def test_a_sheet_without_area_has_none(k, m, n_features):
    manifold = sheet(k, m, n_features=n_features)
    assert (geometry.magnification(manifold) == 0).all()
    assert np.isnan(geometry.stretch(manifold)).all()


def test_stretch_counts_doublings_from_the_median_node():
    manifold = sheet(k=5)
    factor, stretch = geometry.magnification(manifold), geometry.stretch(manifold)
    assert np.median(stretch) == pytest.approx(0)
    np.testing.assert_allclose(2 ** (stretch - stretch[0]), factor / factor[0])


@pytest.mark.parametrize("n_features", [2, 300])
def test_u_matrix_is_the_mean_distance_to_the_neighbours(n_features):
    manifold = sheet(k=4, n_features=n_features)
    nodes, points = manifold.nodes, gtm.decode_at(manifold, manifold.nodes)
    spacing = 2 / 3
    expected = []
    for node in range(16):
        near = np.isclose(np.abs(nodes - nodes[node]).sum(axis=1), spacing)
        expected.append(np.linalg.norm(points[near] - points[node], axis=1).mean())
    np.testing.assert_allclose(geometry.u_matrix(manifold), expected)


def test_a_single_node_has_no_neighbours():
    assert np.isnan(geometry.u_matrix(sheet(k=1))).tolist() == [True]


@pytest.mark.parametrize("n_features", [2, 300])
def test_isometric_coordinates_are_few_and_keep_every_distance(n_features):
    manifold = sheet(n_features=n_features)
    few, whole = geometry.isometric(manifold), manifold.projections
    assert few.shape == (25, min(10, n_features))
    np.testing.assert_allclose(few @ few.T, whole @ whole.T, atol=1e-10 * np.abs(whole @ whole.T).max())

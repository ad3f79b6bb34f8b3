"""Laws of the manifold, against scipy, scikit-learn and extended precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.stats import ortho_group
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.decomposition import PCA

from igtm import eIGTM
from igtm.engine import manifold as gtm
from igtm.engine.manifold import Grid

from .manifold_data import random_manifold

LOADERS = [load_iris, load_wine, load_breast_cancer, load_digits]


def start(X):
    return eIGTM(niter=0).fit(X).manifold_


def test_grid_runs_over_the_square_first_coordinate_slowest():
    nodes = Grid(3, 2, 1.0).nodes
    assert nodes.tolist() == [[x, y] for x in (-1, 0, 1) for y in (-1, 0, 1)]
    assert Grid(1, 1, 1.0).nodes.tolist() == [[0, 0]]


@pytest.mark.parametrize(("k", "m", "s"), [(5, 3, 0.3), (4, 2, 2.0), (1, 1, 0.5)])
def test_basis_width_is_s_times_the_squared_distance_of_neighbouring_centres(k, m, s):
    grid = Grid(k, m, s)
    spacing = (2 / (m - 1)) ** 2 if m > 1 else 1
    expected = np.exp(-cdist(grid.nodes, grid.centres, "sqeuclidean") / (2 * s * spacing))
    np.testing.assert_allclose(grid.basis[:, :-1], expected, rtol=1e-12)
    assert (grid.basis[:, -1] == 1).all()
    np.testing.assert_allclose(np.kron(grid.axis_basis, grid.axis_basis), expected, rtol=1e-12)


@pytest.mark.parametrize("load", LOADERS)
def test_start_lies_along_the_principal_components_with_their_signs(load):
    X = load().data
    sheet = start(X)
    components = PCA(2).fit(X).components_
    along = sheet.nodes.T @ sheet.projections
    cosines = (along * components).sum(axis=1) / np.linalg.norm(along, axis=1)
    np.testing.assert_allclose(cosines, 1, atol=1e-9)


@pytest.mark.parametrize("third", [0.001, 1.0])
@pytest.mark.parametrize("n_features", [1, 2, 3, 6])
def test_noise_starts_at_the_third_eigenvalue_or_half_the_squared_node_distance(third, n_features):
    X = np.random.default_rng(0).normal(size=(50, n_features)) * ([3, 2] + [third] * 4)[:n_features]
    sheet = start(X)
    squared = cdist(sheet.projections, sheet.projections, "sqeuclidean")
    np.fill_diagonal(squared, np.inf)
    half_distance = squared.min(axis=1).mean() / 2
    third = PCA().fit(X).explained_variance_[2] if n_features > 2 else 0
    expected = max(third, half_distance, sheet.noise_floor)  # on one feature, nodes coincide
    assert sheet.noise_variance == pytest.approx(expected, rel=1e-9)


def test_means_and_modes_of_sure_rows_are_the_nodes():
    sheet = random_manifold(0, 4, 2, 3)
    sure = np.eye(16)
    np.testing.assert_array_equal(gtm.means(sheet, sure), sheet.nodes)
    np.testing.assert_array_equal(gtm.modes(sheet, sure), sheet.nodes)


def test_decoding_agrees_at_the_nodes():
    sheet = random_manifold(0, 4, 2, 3)
    expected = sheet.projections + sheet.offset
    np.testing.assert_allclose(gtm.decode_at(sheet, sheet.nodes), expected, rtol=1e-12)
    np.testing.assert_allclose(gtm.decode(sheet, np.eye(16)), expected, rtol=1e-12)


def fitted(X, **settings):
    model = eIGTM(k=6, m=3, niter=15, tol=0, **settings)
    for _ in model.iter_fit(X):
        pass
    return model


@given(seed=st.integers(0, 99), shift=st.floats(-1e4, 1e4))
@settings(deadline=None, max_examples=10)
def test_a_shift_moves_the_offset_alone(seed, shift):
    X = np.random.default_rng(seed).normal(size=(40, 3)) * [3, 2, 1]
    one, other = fitted(X), fitted(X + shift)
    np.testing.assert_allclose(other.manifold_.weights, one.manifold_.weights, atol=1e-6)
    np.testing.assert_allclose(other.manifold_.offset, one.manifold_.offset + shift, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other.transform(X + shift), one.transform(X), atol=1e-6)


@given(seed=st.integers(0, 99), scale=st.sampled_from([1e-6, 0.3, 1e6]))
@settings(deadline=None, max_examples=10)
def test_without_penalty_units_do_not_matter(seed, scale):
    X = np.random.default_rng(seed).normal(size=(40, 3)) * [3, 2, 1]
    one, other = fitted(X, regul=0), fitted(X * scale, regul=0)
    np.testing.assert_allclose(other.manifold_.weights, one.manifold_.weights * scale, rtol=1e-6, atol=1e-6 * scale)
    np.testing.assert_allclose(other.transform(X * scale), one.transform(X), atol=1e-6)
    assert other.score(X * scale) == pytest.approx(one.score(X) - 3 * np.log(scale), rel=1e-9)


@given(seed=st.integers(0, 99))
@settings(deadline=None, max_examples=10)
def test_a_rotation_of_the_data_leaves_the_map_up_to_mirroring(seed):
    X = np.random.default_rng(seed).normal(size=(40, 3)) * [3, 2, 1]
    rotation = ortho_group.rvs(3, random_state=seed)
    one, other = fitted(X).transform(X), fitted(X @ rotation).transform(X @ rotation)
    mirrors = np.sign((one * other).sum(axis=0))  # the signs of components depend on the axes of the data
    np.testing.assert_allclose(other * mirrors, one, atol=1e-6)

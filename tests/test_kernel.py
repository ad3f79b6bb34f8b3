"""The E-step on a tile, whichever way its products go, against brute force and extended precision."""

import gc
from dataclasses import replace
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax
from scipy.stats import norm

from igtm.engine import compiled, exponential
from igtm.engine.kernel import Kernel, expect, responsibilities, statistics
from igtm.engine.manifold import Grid, Manifold
from igtm.engine.ways import through_grid
from igtm.rows.tile import CentredTile

from .manifold_data import brute_force, random_manifold, setting

# Few features, many, and many with more basis functions than nodes.
SHAPES = [(6, 2, 60, True), (16, 4, 9, True), (3, 4, 60, False), (5, 3, 2, False), (1, 1, 3, False), (1, 1, 1, False)]


@pytest.mark.parametrize(("k", "m", "n_features", "grid"), SHAPES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_statistics_are_those_of_the_definition_whichever_way(k, m, n_features, grid, dtype, worked_by):
    sheet, X, weights = setting(0, k, m, n_features, dtype=dtype)
    assert through_grid(sheet, dtype) == grid
    mass, moment, _ = brute_force(sheet, X, weights)
    statistics = expect(sheet, X, weights)
    digits = 200 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(statistics.mass, mass, rtol=digits, atol=digits)
    np.testing.assert_allclose(statistics.moment, moment, rtol=digits, atol=digits * np.abs(moment).max())
    assert statistics.energy == pytest.approx(weights @ ((X - sheet.offset) ** 2).sum(axis=1), rel=digits)
    assert statistics.n == pytest.approx(weights.sum())
    assert statistics.log_likelihood == pytest.approx(weights @ responsibilities(sheet, X)[1], rel=digits)


@pytest.mark.parametrize("shift", [0, 2**16])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_statistics_keep_their_digits_wherever_rows_lie(dtype, shift, worked_by):
    """Only near 0 are rows worked as they are: elsewhere products of theirs would lose what tells them apart."""
    sheet, X, weights = setting(0, 6, 2, 60, dtype=dtype)
    sheet = replace(sheet, offset=(sheet.offset + shift).astype(dtype).astype(np.float64))
    X = (X + shift).astype(dtype)
    mass, moment, _ = brute_force(sheet, X, weights)
    statistics = expect(sheet, X, weights)
    digits = 200 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(statistics.mass, mass, rtol=digits, atol=digits)
    np.testing.assert_allclose(statistics.moment, moment, rtol=digits, atol=digits * np.abs(moment).max())
    by_column = expect(sheet, np.asfortranarray(X), weights)
    for name, value in vars(statistics).items():
        np.testing.assert_array_equal(getattr(by_column, name), value, err_msg=name)


def test_weights_that_cancel_cost_no_digits_in_single_precision():
    """Wide bumps that overlap need large weights of both signs: then products go through the nodes."""
    sheet, X, weights = setting(0, 8, 4, 40, dtype=np.float32)
    bump = np.linalg.svd(sheet.grid.basis, full_matrices=False)[2][-1]  # the direction that moves nodes least
    sheet = replace(sheet, weights=sheet.weights + 1e3 * np.outer(bump, np.ones(40)), noise_variance=40.0)
    assert through_grid(sheet, np.float64)
    assert not through_grid(sheet, np.float32)
    exact = expect(sheet, X.astype(np.float64), weights)
    rounded = expect(sheet, X, weights)
    np.testing.assert_allclose(rounded.mass, exact.mass, atol=2e-4 * exact.n)
    assert rounded.log_likelihood == pytest.approx(exact.log_likelihood, rel=1e-5)


@given(
    seed=st.integers(0, 99),
    k=st.integers(6, 20),
    m=st.integers(2, 5),
    n=st.integers(0, 600),
    spread=st.floats(0.1, 30),
)
@settings(max_examples=30)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_compiled_code_finds_what_numpy_finds(seed, k, m, n, spread, dtype):
    sheet = replace(random_manifold(seed, k, m, 40), noise_variance=spread)
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(n, 40)).astype(dtype), rng.uniform(0, 3, n)
    assert through_grid(sheet, dtype)
    found = {}
    for name, loops in {"numpy": None, "compiled": compiled}.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exponential, "compiled_loops", lambda loops=loops: loops)
            found[name] = vars(expect(sheet, X, weights))
    for quantity, value in found["numpy"].items():
        digits = 1e4 * float(np.finfo(dtype).eps) * max(1, np.abs(value).max())
        np.testing.assert_allclose(found["compiled"][quantity], value, rtol=0, atol=digits, err_msg=quantity)


def test_a_kernel_works_tiles_of_any_size_up_to_its_own():
    sheet, X, weights = setting(2, 6, 3, 20)
    kernel = Kernel(sheet, X.dtype, len(X))
    for n in (len(X), 1, 0, 7, len(X)):
        alone = expect(sheet, X[:n], weights[:n])
        sums = kernel.sums(X[:n], weights[:n])
        for name, value in vars(statistics(sheet, X.dtype, sums, sums.totals)).items():
            np.testing.assert_array_equal(value, getattr(alone, name), err_msg=name)


def test_a_kernel_goes_with_its_memory_at_once(worked_by):
    """Every pass makes new ones: those that waited for the garbage collector held hundreds of megabytes."""
    sheet, X, _ = setting(0, 6, 2, 60)
    kernel = Kernel(sheet, X.dtype, len(X))
    kernel.sums(X)
    memory = ref(kernel.scratch)
    gc.disable()
    try:
        del kernel
        assert memory() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(("k", "m", "n_features", "grid"), [(9, 2, 400, True), (4, 6, 400, False)])
def test_log_likelihood_is_exact_at_400_features(k, m, n_features, grid):
    sheet = random_manifold(0, k, m, n_features)
    assert through_grid(sheet, np.float64) == grid
    X = sheet.projections[:10] + sheet.offset + np.random.default_rng(1).normal(size=(10, n_features))
    densities = [
        norm(y + sheet.offset, np.sqrt(sheet.noise_variance)).logpdf(X).sum(axis=1) for y in sheet.projections
    ]
    expected = logsumexp(densities, axis=0) - np.log(k**2)
    np.testing.assert_allclose(responsibilities(sheet, X)[1], expected, rtol=1e-11)
    assert expect(sheet, X).log_likelihood == pytest.approx(expected.sum(), rel=1e-11)


@pytest.mark.parametrize("grid", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("within_reach", [2, 0.5])
def test_no_number_loses_digits_where_nodes_are_out_of_reach(grid, dtype, within_reach, worked_by):
    """Numbers below the smallest normal one take processors a hundred times as long, and scores may be left out."""
    sheet = random_manifold(0, 9 if grid else 4, 2 if grid else 6, 400)
    X = np.random.default_rng(1).normal(size=(20, 400)).astype(dtype)
    distances = ((X[:, None] - sheet.projections - sheet.offset) ** 2).sum(axis=2, dtype=np.float64) / 2
    limits = np.finfo(dtype)
    share = within_reach if within_reach < 1 else within_reach / len(sheet.nodes)
    beyond = np.quantile(distances - distances.min(axis=1, keepdims=True), share)
    sheet = replace(sheet, noise_variance=beyond / -np.log(limits.tiny))
    assert through_grid(sheet, dtype) == grid
    expected = softmax(-distances / sheet.noise_variance, axis=1)
    assert (expected < limits.tiny).mean() == pytest.approx(1 - share, abs=0.02)
    scores = Kernel(sheet, dtype, len(X)).posterior(X).scores
    assert scores[scores > 0].min() > np.sqrt(limits.tiny) / 2
    R = responsibilities(sheet, X)[0]
    digits = 4 * limits.eps * distances.max() / sheet.noise_variance  # of an exponent
    left_out = limits.eps / len(sheet.nodes)
    np.testing.assert_allclose(R, expected, rtol=digits, atol=left_out)
    np.testing.assert_allclose(expect(sheet, X).mass, expected.sum(axis=0), rtol=digits, atol=len(X) * left_out)


@pytest.mark.parametrize(("k", "m", "n_features"), [(24, 8, 300), (8, 8, 300)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_scores_and_basis_functions_are_normal_numbers(k, m, n_features, dtype, worked_by):
    """With smaller ones an Intel Xeon took three times as long for a pass."""
    sheet = replace(random_manifold(0, k, m, n_features, noise_variance=0.1), grid=Grid(k, m, 0.035))
    kernel = Kernel(sheet, dtype, 20)
    scores = kernel.posterior(np.random.default_rng(1).normal(size=(20, n_features)).astype(dtype)).scores
    grid = through_grid(sheet, dtype)
    assert grid == (k == 24)
    basis, exact = (kernel.way.axis, sheet.grid.axis_basis) if grid else (kernel.way.basis.T, sheet.grid.basis[:, :-1])
    limits, least = np.finfo(dtype), float(scores[scores > 0].min())
    assert exact[exact > 0].min() * least < limits.tiny
    assert float(basis[basis > 0].min()) * least > limits.tiny
    np.testing.assert_allclose(basis, exact, rtol=limits.eps, atol=limits.eps**2)


@pytest.mark.parametrize("far", [0, 1e5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_few_nodes_stand_for_all_until_a_row_prefers_one_between_them(far, dtype, worked_by):
    directions = np.linalg.qr(np.random.default_rng(0).normal(size=(60, 17)))[0].T
    sheet = Manifold(Grid(9, 4, 0.5), 3 * directions, np.zeros(60), 0.5, 1e-9)
    kernel = Kernel(sheet, dtype, 1)
    between = 9 * min(set(range(9)) - set(kernel.way.few)) + 4
    hill = -((sheet.nodes - sheet.nodes[between]) ** 2).sum(axis=1)  # of which it is the top
    away = directions.T @ np.linalg.lstsq(sheet.grid.basis, hill)[0]
    X = (sheet.projections[[between]] + far * away).astype(dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        rough = kernel._scores(CentredTile(X, kernel.offset), 1, kernel.way.few)[1]
    assert (rough.max() < kernel.most) == (far == 0)
    expected = brute_force(sheet, X, np.ones(1))[2]
    np.testing.assert_allclose(responsibilities(sheet, X)[0], expected, atol=100 * np.finfo(dtype).eps)
    np.testing.assert_allclose(expect(sheet, X).mass, expected[0], atol=100 * np.finfo(dtype).eps)


@given(seed=st.integers(0, 99), far=st.sampled_from([1, 1e3, 1e6]), dtype=st.sampled_from([np.float32, np.float64]))
@settings(deadline=None, max_examples=20)
def test_responsibilities_of_outliers_keep_their_digits(seed, far, dtype):
    sheet = random_manifold(seed, 4, 2, 3)
    X = (far * np.random.default_rng(seed + 1).normal(size=(8, 3))).astype(dtype)
    rows, points = X.astype(np.longdouble), (sheet.projections + sheet.offset).astype(np.longdouble)
    exponents = -((rows[:, None] - points) ** 2).sum(axis=2) / (2 * np.longdouble(sheet.noise_variance))
    expected = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    # An exponent x·y carries a relative rounding of some eps, which the softmax turns into an absolute one.
    slack = 50 * np.finfo(dtype).eps * far * np.abs(sheet.projections).max()
    R = responsibilities(sheet, X)[0]
    sure = expected.max(axis=1) > 1 - np.exp(-slack - 5)
    np.testing.assert_allclose(R, expected, atol=min(slack, 1.0), rtol=0)
    np.testing.assert_array_equal(R.argmax(axis=1)[sure], expected.argmax(axis=1)[sure])

"""Laws of the algorithm: what rises, what adds up, and that it agrees with brute force and with ugtm."""

import warnings
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.preprocessing import StandardScaler

from igtm import eIGTM
from igtm.engine.em import Statistics, em, maximise
from igtm.engine.kernel import expect

from .manifold_data import brute_force, setting

ROWS = st.sampled_from(["independent", "repeated", "on a line", "integers", "equal", "far outlier"])


def table(rng, kind, n, d):
    X = rng.normal(size=(n, d)) * rng.choice([0.01, 1, 100], size=d)
    match kind:
        case "repeated":
            X = X[rng.integers(0, n, n)]
        case "on a line":
            X = np.outer(X[:, 0], np.ones(d))
        case "integers":
            X = rng.integers(0, 3, size=(n, d)).astype(float)
        case "equal":
            X = np.repeat(X[:1], n, axis=0)
        case "far outlier":
            X[0] *= 1e4
    return X


@given(
    seed=st.integers(0, 10_000),
    kind=ROWS,
    n=st.integers(1, 50),
    d=st.integers(1, 6),
    k=st.integers(1, 8),
    m=st.integers(1, 5),
    s=st.sampled_from([0.05, 0.3, 1.0, 5.0]),
    regul=st.one_of(st.sampled_from([0.0, 1e-6, 0.1]), st.floats(0, 100)),
    dtype=st.sampled_from([np.float32, np.float64]),
    shift=st.sampled_from([0.0, 1e6]),
    weighted=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_the_objective_never_falls(seed, kind, n, d, k, m, s, regul, dtype, shift, weighted):
    rng = np.random.default_rng(seed)
    X = (table(rng, kind, n, d) + shift).astype(dtype)
    weights = rng.uniform(0.1, 3, size=n) if weighted else None
    model = eIGTM(k=k, m=m, s=s, regul=regul, niter=12, tol=0)
    steps = list(model.iter_fit(X, sample_weight=weights))
    # F is a sum of terms of about these sizes a row, each with a relative rounding of a few eps.
    sizes = [
        step.statistics.energy / step.statistics.n / step.manifold.noise_variance
        + d * (1 + abs(np.log(step.manifold.noise_variance)))
        + abs(step.objective)
        for step in steps
    ]
    objectives = np.array([step.objective for step in steps])
    assert np.isfinite(objectives).all()
    assert (np.diff(objectives) >= -50 * np.finfo(dtype).eps * np.maximum(sizes[1:], sizes[:-1])).all()


def test_the_update_solves_the_penalised_equations_and_measures_the_noise():
    sheet, X, weights = setting(1, 5, 3, 4)
    mass, moment, weighted = brute_force(sheet, X, weights)
    updated = maximise(sheet, expect(sheet, X, weights), regul=0.7)
    basis = sheet.grid.basis
    system = basis.T @ np.diag(mass) @ basis + 0.7 * sheet.noise_variance * np.eye(10)
    np.testing.assert_allclose(updated.weights, np.linalg.solve(system, moment), rtol=1e-9, atol=1e-12)
    squared = cdist(X - sheet.offset, basis @ updated.weights, "sqeuclidean")
    assert updated.noise_variance == pytest.approx((weighted * squared).sum() / (4 * weights.sum()), rel=1e-9)


def parts(seed):
    sheet, X, weights = setting(seed, 5, 2, 8, n=60)
    return sheet, X, weights, [expect(sheet, X[i::3], weights[i::3]) for i in range(3)]


def assert_equal_statistics(one: Statistics, other: Statistics, rtol):
    for name, value in vars(one).items():
        np.testing.assert_allclose(getattr(other, name), value, rtol=rtol, atol=rtol, err_msg=name)


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=15)
def test_statistics_add_up_in_any_order_and_grouping(seed):
    sheet, X, weights, (a, b, c) = parts(seed)
    assert_equal_statistics(a + b, b + a, rtol=0)
    assert_equal_statistics((a + b) + c, a + (b + c), rtol=1e-12)
    assert_equal_statistics(expect(sheet, X, weights), c + a + b, rtol=1e-10)


def test_going_on_from_a_step_is_as_if_never_stopped():
    X = StandardScaler().fit_transform(load_wine().data)
    sheet = eIGTM(niter=0).fit(X).manifold_
    straight = list(islice(em(sheet, lambda at: expect(at, X), 0.1), 31))
    at_ten = straight[10].manifold
    resumed = list(islice(em(at_ten, lambda at: expect(at, X), 0.1, n_iter=10), 21))
    assert [step.n_iter for step in resumed] == list(range(10, 31))
    for one, other in zip(straight[10:], resumed, strict=True):
        assert one.objective == other.objective
        assert one.manifold.noise_variance == other.manifold.noise_variance
        np.testing.assert_array_equal(one.manifold.weights, other.manifold.weights)


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer, load_digits])
def test_coordinates_are_those_of_ugtm_after_as_many_iterations(load, capsys):
    X = StandardScaler().fit_transform(load().data)
    n_iter = 15
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ugtm import ugtm_gtm, ugtm_igtm

        initial = ugtm_gtm.initialize(X, 16, 4, 0.3)
        theirs = ugtm_igtm.optimize_igtm(X, initial, 0.1, n_iter, n_blocks=2, verbose=True)
    assert capsys.readouterr().out.count("Iter") == n_iter  # it may stop by itself
    model = eIGTM(niter=n_iter, tol=0).fit(X)
    ours = model.transform(X)
    assert model.n_iter_ == n_iter
    for axis in range(2):
        assert np.corrcoef(ours[:, axis], theirs.matMeans[:, axis])[0, 1] > 0.99999
    np.testing.assert_allclose(ours, theirs.matMeans, atol=1e-3)

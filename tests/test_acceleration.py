"""Laws of the accelerated fit: F never falls, a step depends on the last one alone, a sample stands for all rows."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_iris, make_s_curve
from sklearn.preprocessing import StandardScaler

from igtm import eIGTM
from igtm.engine.acceleration import accelerated_em, plan_sample
from igtm.engine.em import em
from igtm.engine.fitting import Fit, expectation
from igtm.engine.kernel import expect
from igtm.engine.sampling import drawn
from igtm.rows.sources import as_source, in_memory

RNG = np.random.default_rng(0)
CURVE = StandardScaler().fit_transform(make_s_curve(6000, noise=0.1, random_state=0)[0])


def curved(**settings):
    return eIGTM(**{"k": 8, "m": 3, "algorithm": "accelerated", **settings})


def steps_over(X, sample, regul=0.1, first=None, n_iter=0, updates=10):
    """Accelerated steps over rows in memory, with a sample of so many rows."""
    first = eIGTM(k=5, m=2, niter=0).fit(X).manifold_ if first is None else first

    def sampled(manifold, found):
        return expectation(drawn(as_source(X), sample, manifold.offset, found.n, found.energy, seed=3))

    return accelerated_em(first, lambda at: expect(at, X), sampled, updates, regul, n_iter)


@given(
    seed=st.integers(0, 10_000),
    outlier=st.booleans(),
    n=st.integers(20, 60),
    sample=st.integers(8, 60),
    regul=st.one_of(st.sampled_from([0.0, 0.1]), st.floats(0, 100)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
@settings(deadline=None, max_examples=40)
def test_the_objective_never_falls_however_small_the_sample(seed, outlier, n, sample, regul, dtype):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) * rng.choice([0.01, 1, 100], size=3)
    X[0] *= 1e3 if outlier else 1
    steps = list(islice(steps_over(X.astype(dtype), sample, regul), 6))
    objectives = np.array([step.objective for step in steps])
    sizes = [step.statistics.energy / n / step.manifold.noise_variance + abs(step.objective) + 50 for step in steps]
    assert np.isfinite(objectives).all()
    assert (np.diff(objectives) >= -50 * np.finfo(dtype).eps * np.maximum(sizes[1:], sizes[:-1])).all()


def test_a_sample_of_all_rows_makes_each_step_so_many_updates():
    X = CURVE[:500]
    ahead = list(islice(steps_over(X, 10**6, updates=4), 5))
    first = ahead[0].manifold
    plain = list(islice(em(first, lambda at: expect(at, X), 0.1), 21))[::5]
    for one, other in zip(ahead, plain, strict=True):
        assert one.objective == pytest.approx(other.objective, rel=1e-9)
        np.testing.assert_allclose(one.manifold.weights, other.manifold.weights, atol=1e-7)


def test_going_on_from_a_step_is_as_if_never_stopped():
    X = CURVE[:1000]
    straight = list(islice(steps_over(X, 200), 7))
    resumed = list(islice(steps_over(X, 200, first=straight[3].manifold, n_iter=3), 4))
    for one, other in zip(straight[3:], resumed, strict=True):
        assert (one.n_iter, one.objective) == (other.n_iter, other.objective)
        np.testing.assert_array_equal(one.manifold.weights, other.manifold.weights)


def test_warm_start_and_checkpoint_go_on_bit_for_bit(tmp_path):
    straight = curved(niter=8, tol=0).fit(CURVE)
    parts = curved(niter=3, tol=0).fit(CURVE)
    parts.set_params(niter=5, warm_start=True).fit(CURVE)
    curved(niter=3, tol=0).fit(CURVE, checkpoint=tmp_path / "fit.npz")
    killed = curved(niter=8, tol=0).fit(CURVE, checkpoint=tmp_path / "fit.npz")
    for other in (parts, killed):
        np.testing.assert_array_equal(straight.objective_path_, other.objective_path_)
        np.testing.assert_array_equal(straight.manifold_.weights, other.manifold_.weights)


def test_a_checkpoint_of_another_algorithm_or_seed_is_refused(tmp_path):
    curved(niter=1, tol=0).fit(CURVE, checkpoint=tmp_path / "fit.npz")
    for changed, word in ({"algorithm": "em"}, "algorithm"), ({"random_state": 5}, "seed"):
        with pytest.raises(ValueError, match=f"another fit: .*{word}="):
            curved(niter=1, tol=0, **changed).fit(CURVE, checkpoint=tmp_path / "fit.npz")


def rows_worked(model, X):
    """Fit step by step, and count the rows over which statistics were taken."""
    import igtm.engine.passes as passes

    counted = []
    whole = passes.ThreadedExpectation.__call__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passes.ThreadedExpectation,
            "__call__",
            lambda self, at: counted.append(self.blocks.source.n_rows) or whole(self, at),
        )
        model.fit(X)
    return sum(counted)


def test_it_ends_no_lower_than_plain_em_after_fewer_passes():
    ahead, plain = (curved(m=2, niter=500, algorithm=algorithm) for algorithm in ("accelerated", "em"))
    assert 2 * rows_worked(ahead, CURVE) < rows_worked(plain, CURVE)
    assert ahead.converged_
    assert plain.converged_
    assert ahead.objective_path_[-1] > plain.objective_path_[-1] - 1e-3


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
def test_small_tables_are_fitted_by_plain_em(load):
    X = StandardScaler().fit_transform(load().data)
    ahead, plain = (eIGTM(niter=5, tol=0, algorithm=algorithm).fit(X) for algorithm in ("accelerated", "em"))
    np.testing.assert_array_equal(ahead.manifold_.weights, plain.manifold_.weights)


@given(n_rows=st.integers(1, 10**9), n_basis=st.integers(2, 300), n_features=st.integers(1, 10**8))
def test_a_plan_is_small_and_worth_it(n_rows, n_basis, n_features):
    rows, updates = plan_sample(n_rows, n_basis, n_features)
    assert (rows == 0) == (updates == 0)
    assert rows * updates <= n_rows
    assert rows * n_features <= 1 << 24
    assert rows == 0 or rows >= 10 * n_basis * n_features


# The sample


def sample_of(X, size, weights=None, seed=0, n_blocks=0):
    source = as_source(X, weights)
    sums = expectation(source)(eIGTM(k=2, m=1, niter=0).fit(X, sample_weight=weights).manifold_)
    offset = np.average(X if isinstance(X, np.ndarray) else X.toarray(), axis=0, weights=weights)
    found = drawn(source, size, offset, sums.n, sums.energy, seed, n_blocks)
    (block,) = found.blocks(10**9)
    return block


def test_a_sample_stands_for_all_rows():
    X, weights = RNG.normal(size=(20_000, 3)) + 5, RNG.uniform(0, 2, size=20_000)
    rows, counts = sample_of(X, 5000, weights)
    assert len(rows) == pytest.approx(5000, rel=0.05)
    assert counts.sum() == pytest.approx(weights.sum(), rel=0.05)
    np.testing.assert_allclose(counts @ rows / weights.sum(), np.average(X, axis=0, weights=weights), rtol=0.05)


def test_rows_that_lie_far_out_are_in_it_and_count_once():
    X = np.vstack([RNG.normal(size=(5000, 3)), np.full((3, 3), 100.0)])
    rows, counts = sample_of(X, 200)
    far = rows[:, 0] > 50
    assert far.sum() == 3
    np.testing.assert_array_equal(counts[far], 1)


def test_neither_blocks_nor_sparsity_change_which_rows_are_drawn():
    X = RNG.poisson(0.3, size=(2000, 4)).astype(float)
    rows, counts = sample_of(X, 300)
    for other in (sample_of(X, 300, n_blocks=7), sample_of(csr_array(X), 300)):
        found = other[0] if isinstance(other[0], np.ndarray) else other[0].toarray()
        np.testing.assert_array_equal(found, rows)
        np.testing.assert_allclose(other[1], counts)
    assert len(rows) != len(sample_of(X, 300, seed=1)[0])


def test_a_sparse_table_is_fitted_as_its_dense_twin():
    X = RNG.poisson(0.3, size=(6000, 4)).astype(float)
    dense, sparse = curved(niter=4, tol=0).fit(X), curved(niter=4, tol=0).fit(csr_array(X))
    np.testing.assert_allclose(dense.objective_path_, sparse.objective_path_, rtol=1e-8)


def test_a_fit_can_be_cancelled_while_it_draws():
    asked = iter([False] * 2 + [True] * 1000)
    fit = Fit(in_memory(CURVE), curved(n_blocks=200)._settings(), cancelled=lambda: next(asked))
    assert len(list(fit)) <= 1
    assert fit.reason == "stopped"


def test_rows_that_lie_elsewhere_are_refused():
    da = pytest.importorskip("dask.array")
    with pytest.raises(ValueError, match=r"draws its sample in this process.*set algorithm"):
        curved().fit(da.from_array(CURVE, chunks=(1000, 3)))

"""partial_fit: one call is one EM update, many calls settle near what `fit` finds, and nothing else is promised."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_wine, make_s_curve
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

import igtm
from igtm import eIGTM
from igtm.engine.em import maximise
from igtm.engine.fitting import expectation
from igtm.engine.stream import averaged
from igtm.rows.sources import as_source

WINE = StandardScaler().fit_transform(load_wine().data)
CURVE = StandardScaler().fit_transform(make_s_curve(6000, noise=0.1, random_state=0)[0])


def small(**settings):
    return eIGTM(**{"k": 8, "m": 3, **settings})


def assert_same_sheet(one, other, **tolerance):
    np.testing.assert_allclose(one.manifold_.weights, other.manifold_.weights, **tolerance)
    np.testing.assert_allclose(one.manifold_.noise_variance, other.manifold_.noise_variance, **tolerance)


@pytest.mark.parametrize("weighted", [False, True])
def test_everything_at_once_is_one_em_update(weighted):
    weights = np.random.default_rng(0).uniform(0, 2, len(WINE)) if weighted else None
    stream, batch = small(), small(niter=1, tol=0)
    assert_same_sheet(stream.partial_fit(WINE, sample_weight=weights), batch.fit(WINE, sample_weight=weights), rtol=0)
    assert stream.n_iter_ == batch.n_iter_


@given(seed=st.integers(0, 999), past=st.integers(1, 50), fresh=st.integers(1, 50), factor=st.floats(0.01, 100))
@settings(deadline=None, max_examples=25)
def test_an_average_counts_all_rows_and_does_not_mind_their_unit(seed, past, fresh, factor):
    sheet = small(niter=0).fit(WINE).manifold_
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 2, size=past + fresh)
    rows = WINE[rng.integers(0, len(WINE), past + fresh)]

    def average(unit):
        parts = (slice(None, past), slice(past, None))
        return averaged(*(expectation(as_source(rows[part], unit * weights[part]))(sheet) for part in parts))

    one, other = average(1.0), average(factor)
    assert one.n == pytest.approx(weights.sum())
    assert one.mass.sum() == pytest.approx(one.n)
    for name in vars(one):
        np.testing.assert_allclose(getattr(other, name), factor * getattr(one, name), rtol=1e-9, atol=1e-9 * factor)


def test_a_batch_seen_again_leaves_its_statistics_as_they_are():
    found = expectation(as_source(WINE))(small(niter=0).fit(WINE).manifold_)
    twice = averaged(found, found)
    np.testing.assert_allclose(twice.moment, 2 * found.moment)
    assert twice.energy == pytest.approx(2 * found.energy)


def test_a_stream_approaches_what_fit_finds():
    batch = small(tol=1e-5, niter=500).fit(CURVE)
    rows = np.random.default_rng(0).permutation(CURVE)
    stream, scores = small(), []
    for _ in range(3):
        for part in np.array_split(rows, 100):
            stream.partial_fit(part)
        scores.append(stream.score(CURVE))
    start = small(niter=0).fit(CURVE).score(CURVE)
    assert scores == sorted(scores)
    assert batch.score(CURVE) - scores[-1] < 0.1 * (batch.score(CURVE) - start)


def test_it_goes_on_from_all_that_was_fitted():
    model = small(niter=5, tol=0).fit(WINE)
    before, found = model.manifold_, model.statistics_
    fresh = expectation(as_source(WINE[:9]))(before)
    model.partial_fit(WINE[:9])
    expected = maximise(before, averaged(found, fresh), 0.1)
    np.testing.assert_array_equal(model.manifold_.weights, expected.weights)
    assert (model.n_iter_, model.stop_reason_, model.converged_) == (6, "stopped", False)


def test_paths_hold_each_batch_before_it_was_learnt():
    model = small().partial_fit(WINE)
    expected = model.score(WINE[:50])
    model.partial_fit(WINE[:50])
    assert model.log_likelihood_path_[1] == pytest.approx(expected)
    assert len(model.objective_path_) == len(model.log_likelihood_path_) == model.n_iter_ + 1
    assert np.isnan([model.log_likelihood_path_[-1], model.objective_path_[-1]]).all()
    model.set_params(warm_start=True, niter=2, tol=0).fit(WINE)
    assert len(model.objective_path_) == model.n_iter_ + 1 == 5
    assert np.isfinite(model.objective_path_).all()


def test_a_saved_stream_goes_on(tmp_path):
    straight = small().partial_fit(WINE[:100])
    straight.save(tmp_path / "model.npz")
    loaded = igtm.load(tmp_path / "model.npz")
    assert_same_sheet(loaded.partial_fit(WINE[100:]), straight.partial_fit(WINE[100:]), rtol=0)


def test_fit_begins_anew():
    assert_same_sheet(small(niter=3, tol=0).partial_fit(WINE).fit(WINE), small(niter=3, tol=0).fit(WINE), rtol=0)


def test_what_it_refuses():
    model = small()
    with pytest.raises(ValueError, match="NaN"):
        model.partial_fit(np.where(WINE > 2, np.nan, WINE))
    with pytest.raises(NotFittedError):
        model.transform(WINE)
    model.partial_fit(WINE)
    with pytest.raises(ValueError, match="12 features, but eIGTM is expecting 13"):
        model.partial_fit(WINE[:, 1:])
    with pytest.raises(ValueError, match=r"go on with has k=8.*now k=9: set it back"):
        model.set_params(k=9).partial_fit(WINE)

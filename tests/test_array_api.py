"""Rows in other array libraries are worked there, with the results of NumPy's tiles, and their map stays there."""

import os

import array_api_strict
import numpy as np
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st

from igtm import eIGTM
from igtm.engine import array_api, passes
from igtm.engine.passes import OUTPUTS
from igtm.rows.device import DeviceRows, to_host
from igtm.rows.sources import as_source
from igtm.rows.threads import Cancelled

N, D = 400, 7
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 3)) @ RNG.normal(size=(3, D)) + 0.2 * RNG.normal(size=(N, D)) + 3
W = RNG.integers(0, 4, size=N).astype(float)


def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: install torch to test its arrays")


MAKERS = {
    "strict": lambda array: array_api_strict.asarray(array),
    "strict, another device": lambda array: array_api_strict.asarray(array, device=array_api_strict.Device("device1")),
    "torch": lambda array: torch().asarray(array),
}


@pytest.fixture(params=MAKERS)
def made(request):
    """NumPy array -> the same in a library."""
    return MAKERS[request.param]


@pytest.fixture(autouse=True)
def dispatch(monkeypatch):
    """Scikit-learn leaves arrays where they are."""
    monkeypatch.setitem(os.environ, "SCIPY_ARRAY_API", "1")
    with sklearn.config_context(array_api_dispatch=True):
        yield


def tolerance(dtype):
    return 1e-10 if np.dtype(dtype) == np.float64 else 2e-4


def assert_equal(found, expected, dtype):
    for name, value in vars(expected).items():
        scale = np.abs(value).max()
        np.testing.assert_allclose(getattr(found, name), value, rtol=0, atol=tolerance(dtype) * scale, err_msg=name)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("weights", [None, W])
@pytest.mark.parametrize("m", [3, 14], ids=["through W", "through nodes"])
def test_statistics_are_those_of_the_kernel(made, dtype, weights, m, monkeypatch):
    rows = X.astype(dtype)
    sheet = eIGTM(k=14, m=m, niter=2, tol=0, regul=0.1).fit(rows).manifold_
    monkeypatch.setattr(array_api, "TILE_BYTES", 200_000)  # several tiles
    source = as_source(made(rows), weights)
    assert isinstance(source, DeviceRows)
    assert array_api.tile_rows(sheet, source) < N / 3
    expected = passes.expectation(as_source(rows, weights))(sheet)
    assert_equal(array_api.expectation(source)(sheet), expected, dtype)


@given(seed=st.integers(0, 999), shift=st.sampled_from([0.0, 1e6]), weighted=st.booleans())
@settings(deadline=None, max_examples=20)
def test_moments_are_those_of_the_blocks(seed, shift, weighted):
    rng = np.random.default_rng(seed)
    rows, weights = rng.normal(size=(30, 3)) + shift, rng.integers(0, 3, size=30).astype(float)
    weights = weights if weighted else None
    with sklearn.config_context(array_api_dispatch=True):
        found = array_api.moments(as_source(array_api_strict.asarray(rows), weights))
    assert_equal(found, passes.moments(as_source(rows, weights)), np.float64)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_fit_and_its_map_are_the_same_and_stay_there(made, dtype):
    rows = X.astype(dtype)
    settings = {"k": 9, "m": 3, "niter": 10, "tol": 0}
    expected = eIGTM(**settings).fit(rows, sample_weight=W)
    model = eIGTM(**settings).fit(made(rows), sample_weight=made(W))
    weights = expected.manifold_.weights
    np.testing.assert_allclose(
        model.manifold_.weights, weights, rtol=0, atol=10 * tolerance(dtype) * np.abs(weights).max()
    )
    for output in ("means", "modes", "responsibilities"):
        mapped = expected.set_params(model=output).transform(made(rows))
        assert type(mapped) is type(made(rows))
        assert mapped.dtype == made(rows).dtype
        assert mapped.device == made(rows).device
        np.testing.assert_allclose(to_host(mapped), expected.transform(rows), atol=tolerance(dtype))
    scores = expected.score_samples(made(rows))
    np.testing.assert_allclose(to_host(scores), expected.score_samples(rows), rtol=tolerance(dtype))
    assert expected.score(made(rows)) == pytest.approx(expected.score(rows), rel=tolerance(dtype))


def test_every_output_is_there():
    assert set(array_api.OUTPUTS) == set(OUTPUTS)


def test_other_numbers_are_converted(made):
    numbers = (10 * X).astype(np.int64)
    expected = eIGTM(k=6, m=2, niter=3, tol=0).fit(numbers)
    model = eIGTM(k=6, m=2, niter=3, tol=0).fit(made(numbers))
    np.testing.assert_allclose(model.manifold_.weights, expected.manifold_.weights, atol=1e-8)


def test_blocks_come_here(made):
    model = eIGTM(k=6, m=2, niter=3, tol=0).fit(X)
    np.testing.assert_allclose(np.concatenate(list(model.transform_blocks(made(X), 90))), model.transform(X))


def test_a_pass_can_be_cancelled(made):
    sheet = eIGTM(k=6, m=2, niter=0).fit(X).manifold_
    with pytest.raises(Cancelled):
        array_api.expectation(as_source(made(X)), cancelled=lambda: True)(sheet)


def test_a_pass_holds_no_rows_times_nodes(made):
    sheet = eIGTM(k=40, m=3, niter=0).fit(X).manifold_
    source = as_source(made(X))
    assert array_api.tile_rows(sheet, source) * 40**2 * 8 < array_api.TILE_BYTES


def with_one(value):
    rows = X.copy()
    rows[70, 2] = value
    return rows


WRONG = {
    "a hole": (with_one(np.nan), None, "NaN in row 70"),
    "infinity": (with_one(np.inf), None, "infinity in row 70"),
    "one dimension": (X[:, 0], None, "2D"),
    "no rows": (X[:0], None, "1 row"),
    "complex": (X + 1j, None, "numbers"),
    "negative weights": (X, -W, "sample_weight"),
    "no weights": (X, 0 * W, "sample_weight"),
    "too few weights": (X, W[:-1], "sample_weight"),
}


@pytest.mark.parametrize("what", WRONG)
def test_errors_name_what_is_wrong(made, what):
    rows, weights, message = WRONG[what]
    with pytest.raises(ValueError, match=message):
        eIGTM(niter=1).fit(made(rows), sample_weight=weights)


def test_without_dispatch_tensors_are_read_as_numpy():
    with sklearn.config_context(array_api_dispatch=False):
        mapped = eIGTM(k=6, m=2, niter=2, tol=0).fit(X).transform(torch().asarray(X))
    assert isinstance(mapped, np.ndarray)

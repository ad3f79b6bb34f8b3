"""How a pass is cut and executed must not show in its result, nor in memory."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_info, threadpool_limits

from igtm import eIGTM
from igtm.engine import passes
from igtm.engine.passes import ThreadedExpectation
from igtm.maps import landscape
from igtm.rows.blocks import Blocks, automatic_blocks, moments
from igtm.rows.sources import as_source
from igtm.rows.threads import Cancelled, in_order

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 6)) @ RNG.normal(size=(6, 6))


def weights_after(n_iter, **settings):
    model = eIGTM(k=8, m=3, niter=n_iter, tol=0, **settings).fit(X)
    return model.manifold_.weights


@pytest.mark.parametrize("n_blocks", [1, 2, 7, 10_000])
@pytest.mark.parametrize("rows", [1, 13, 5000])
def test_neither_blocks_nor_tiles_change_the_weights(n_blocks, rows, monkeypatch):
    expected = weights_after(15)
    monkeypatch.setattr(passes, "statistics_rows", lambda *_: rows)
    weights = weights_after(15, n_blocks=n_blocks)
    np.testing.assert_allclose(weights, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_the_number_of_threads_does_not_change_a_bit():
    sheet = eIGTM(niter=3, tol=0).fit(X).manifold_
    expectation = ThreadedExpectation(Blocks(as_source(X), 3))
    results = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            results.append(expectation(sheet))
    for name, value in vars(results[0]).items():
        np.testing.assert_array_equal(getattr(results[1], name), value)


def test_a_pass_finds_the_same_whichever_came_before(monkeypatch):
    """What all passes share is kept from the first; a fit that goes on from a checkpoint has made none."""
    first, shifted = (eIGTM(niter=2, tol=0).fit(X + shift).manifold_ for shift in (0, 5))
    later = replace(first, noise_variance=0.1)
    expectation = ThreadedExpectation(Blocks(as_source(X, RNG.uniform(0, 2, 300)), 3))
    for sheet, rows in [(first, 100), (later, 100), (first, 7), (shifted, 7), (later, 7), (later, 100)]:
        monkeypatch.setattr(passes, "statistics_rows", lambda *_, rows=rows: rows)
        found = expectation(sheet)
        for name, value in vars(ThreadedExpectation(expectation.blocks)(sheet)).items():
            np.testing.assert_array_equal(getattr(found, name), value, err_msg=name)


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_a_pass_gives_blas_its_threads_back():
    before = blas_threads()
    results = in_order(lambda i: blas_threads(), ((i,) for i in range(40)))
    assert next(results) == [1] * len(before)
    results.close()
    assert blas_threads() == before

    def fail(i):
        raise RuntimeError("in a tile")

    with pytest.raises(RuntimeError, match="in a tile"):
        list(in_order(fail, [(0,)]))
    assert blas_threads() == before


def test_results_come_in_order_and_arguments_are_read_lazily():
    read = []

    def arguments():
        for i in range(1000):
            read.append(i)
            yield (i,)

    results = in_order(lambda i: i, arguments())
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert len(read) < 100
    assert list(results) == list(range(5, 1000))


def test_cancelled_is_asked_in_mid_pass():
    sheet = eIGTM(niter=0).fit(X).manifold_
    asked = iter([False, False, True])
    expectation = ThreadedExpectation(Blocks(as_source(np.tile(X, (20, 1))), 50), cancelled=lambda: next(asked))
    with pytest.raises(Cancelled):
        expectation(sheet)


@given(n_rows=st.integers(1, 500), n_blocks=st.integers(1, 600))
@settings(deadline=None, max_examples=50)
def test_blocks_cover_all_rows_once(n_rows, n_blocks):
    blocks = [X[:, 0] for X, _ in Blocks(as_source(np.arange(float(n_rows))[:, None]), n_blocks)]
    assert len(blocks) <= min(n_blocks, n_rows)
    assert np.concatenate(blocks).tolist() == list(range(n_rows))
    assert all(len(block) > 0 for block in blocks)


@pytest.mark.parametrize(("n_rows", "expected"), [(1, 1), (5000, 1), (10_000, 2), (50_000, 10), (1_000_000, 200)])
def test_automatic_blocks_are_those_of_the_promised_table(n_rows, expected):
    assert automatic_blocks(n_rows) == expected


@given(seed=st.integers(0, 999), n_blocks=st.integers(1, 9), shift=st.sampled_from([0.0, 1e6]))
@settings(deadline=None, max_examples=20)
def test_moments_are_those_of_numpy(seed, n_blocks, shift):
    rng = np.random.default_rng(seed)
    rows, weights = rng.normal(size=(30, 3)) + shift, rng.integers(0, 4, size=30).astype(float)
    weights[0] = 1
    n, mean, scatter = vars(moments(Blocks(as_source(rows, weights), n_blocks))).values()
    assert n == weights.sum()
    np.testing.assert_allclose(mean, np.average(rows, axis=0, weights=weights), rtol=1e-12, atol=1e-12)
    expected = np.cov(rows.T, fweights=weights.astype(int), ddof=0) * n
    np.testing.assert_allclose(scatter, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("value", [0.1, 123456.789])
def test_equal_rows_have_no_scatter_at_all(value):
    assert not moments(Blocks(as_source(np.full((1001, 3), value)), 4)).scatter.any()


def peak_bytes(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def exhaust(iterable):
    for _ in iterable:
        pass


N_NODES = 400
USES = {
    "fit": lambda model, rows: eIGTM(k=20, niter=1, tol=0).fit(rows),
    "fit, float32": lambda model, rows: eIGTM(k=20, niter=1, tol=0).fit(rows.astype(np.float32)),
    "transform": lambda model, rows: model.transform(rows),
    "modes": lambda model, rows: model.set_params(model="modes").transform(rows),
    "score": lambda model, rows: model.score(rows),
    "blocks": lambda model, rows: exhaust(model.set_params(model="responsibilities").transform_blocks(rows, 1000)),
    "points": lambda model, rows: landscape.points(model.manifold_, rows),
    "shares of a node": lambda model, rows: landscape.node_shares(model.manifold_, rows, 3),
}


@pytest.mark.parametrize("use", USES)
def test_nothing_of_size_rows_times_nodes_is_allocated(use):
    few, many = 20_000, 100_000
    rows = RNG.normal(size=(many, 3))
    model = eIGTM(k=20, niter=1, tol=0).fit(rows[:500])
    work = USES[use]
    work(model, rows[:few])  # what is made once
    growth = peak_bytes(lambda: work(model, rows)) - peak_bytes(lambda: work(model, rows[:few]))
    assert growth < (many - few) * N_NODES * 4 / 10  # a tenth of it in float32

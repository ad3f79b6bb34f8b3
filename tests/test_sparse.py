"""Sparse rows give what dense ones give, and are never made dense."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import LinearOperator
from sklearn.decomposition import PCA

from igtm import as_source, eIGTM
from igtm.engine import manifold as gtm
from igtm.engine.covariance import moments_of_products
from igtm.engine.kernel import expect
from igtm.engine.manifold import Grid
from igtm.rows.blocks import Blocks, moments
from igtm.rows.tile import CentredTile, SparseTile, UncentredTile

RNG = np.random.default_rng(0)


def bits(n_rows, n_features, filled=0.05, n_kinds=6):
    """0 and 1, few of them 1, of rows of several kinds."""
    rates = filled * np.exp(0.8 * RNG.normal(size=(n_kinds, n_features)))
    return (RNG.random((n_rows, n_features)) < rates[RNG.integers(0, n_kinds, n_rows)]).astype(float)


BITS = bits(600, 150)
WEIGHTS = RNG.integers(0, 4, size=600).astype(float)


def small(**parameters):
    return eIGTM(**{"k": 8, "m": 3, "niter": 15, "tol": 0, **parameters})


TABLES = {"bits": BITS, "few features": BITS[:, :4] * 3 - BITS[:, :4] ** 2, "values": BITS * RNG.normal(size=150)}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
@pytest.mark.parametrize("k", [2, 8], ids=["through nodes", "through the grid"])
def test_a_sparse_fit_is_the_dense_one(table, weights, k):
    X = TABLES[table]
    dense = small(k=k).fit(X, sample_weight=weights)
    of_sparse = small(k=k).fit(sparse.csr_array(X), sample_weight=weights)
    scale = np.abs(dense.manifold_.weights).max()
    np.testing.assert_allclose(of_sparse.manifold_.weights, dense.manifold_.weights, atol=1e-9 * scale)
    np.testing.assert_allclose(of_sparse.objective_path_, dense.objective_path_, rtol=1e-9)
    np.testing.assert_allclose(of_sparse.transform(sparse.csr_array(X)), dense.transform(X), atol=1e-9)
    np.testing.assert_allclose(
        of_sparse.score_samples(sparse.csr_array(X)), dense.score_samples(X), rtol=1e-9, atol=1e-10
    )
    blocks = np.vstack(list(of_sparse.transform_blocks(sparse.csr_array(X), 100)))
    np.testing.assert_allclose(blocks, dense.transform(X), atol=1e-9)


@pytest.mark.parametrize("form", ["csr_matrix", "csc_array", "coo_array", "lil_array", "bsr_array", "dok_matrix"])
@pytest.mark.parametrize("kind", [bool, np.int8, np.float32, np.int64, np.float64])
def test_every_format_and_number_is_taken(form, kind):
    X = BITS[:40].astype(kind)
    source = as_source(getattr(sparse, form)(X))
    assert source.dtype == (np.float64 if np.dtype(kind).itemsize == 8 else np.float32)
    blocks = [rows for rows, _ in source.blocks(15)]
    assert {type(rows) for rows in blocks} == {sparse.csr_array}
    assert {rows.dtype for rows in blocks} == {source.dtype}
    np.testing.assert_array_equal(sparse.vstack(blocks).toarray(), X)


def test_single_precision_gives_the_same_map():
    single = small().fit(sparse.csr_array(BITS.astype(np.float32)))
    double = small().fit(BITS)
    assert single.manifold_.weights.dtype == np.float64
    np.testing.assert_allclose(single.transform(sparse.csr_array(BITS)), double.transform(BITS), atol=2e-3)


def test_entries_given_twice_are_added_and_the_given_array_stays_as_it_was():
    rows = sparse.csr_array((np.array([1.0, 2.0, 5.0]), np.array([1, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    blocks = [block.toarray() for block, _ in as_source(rows).blocks(5)]
    np.testing.assert_array_equal(blocks[0], [[0, 3], [5, 0]])
    assert rows.nnz == 3


@pytest.mark.parametrize(("value", "words"), [(np.nan, "NaN .*imputer"), (np.inf, "infinity .*[Dd]rop")])
def test_what_is_no_number_is_found_where_it_is(value, words):
    X = sparse.csr_array(BITS)
    entry = X.indptr[300] + 1
    X.data[entry] = value
    with pytest.raises(
        ValueError, match=rf"X contains {words[:3]}.* in row 300 \(from 0\), column {X.indices[entry]}:"
    ):
        small().fit(X)


def test_other_arrays_are_refused():
    with pytest.raises(ValueError, match="Expected 2D"):
        small().fit(sparse.coo_array(BITS[0]))
    with pytest.raises(ValueError, match=r"complex128.*convert"):
        small().fit(sparse.csr_array(BITS.astype(complex)))


TILES = st.integers(1, 30), st.integers(1, 12), st.floats(0, 1), st.sampled_from([0.0, 1.0, 1e4]), st.integers(0, 999)


@given(*TILES)
@settings(max_examples=80, deadline=None)
def test_tiles_have_the_same_products(n_rows, n_features, filled, shift, seed):
    rng = np.random.default_rng(seed)
    X = np.where(rng.random((n_rows, n_features)) < filled, rng.normal(size=(n_rows, n_features)) + shift, 0)
    offset, factor = rng.normal(size=n_features) + shift, rng.normal(size=(3, n_features))
    shares = rng.random((4, n_rows))
    tiles = CentredTile(X, offset), UncentredTile(X, offset), SparseTile(sparse.csr_array(X), offset)
    size = 1e-12 * (1 + shift) * n_features
    found = []
    for tile in tiles:
        out = np.empty((3, n_rows))
        tile.project(factor, out=out)
        found.append((out, tile.combine(shares), tile.squares()))
    for centred, *others in zip(*found, strict=True):
        for other in others:
            np.testing.assert_allclose(other, centred, rtol=1e-9, atol=size * (1 + shift))


def test_empty_rows_and_columns_have_their_place():
    X = np.zeros((20, 6))
    X[3, 2], X[7, 1] = 1.0, -1.0
    sheet = small(niter=2).fit(X).manifold_
    dense, of_sparse = expect(sheet, X), expect(sheet, sparse.csr_array(X))
    for name, value in vars(dense).items():
        np.testing.assert_allclose(getattr(of_sparse, name), value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 12345.678])
def test_equal_rows_lie_in_the_middle(value):
    model = small().fit(sparse.csr_array(np.full((100, 3), value)))
    assert np.abs(model.transform(sparse.csr_array(np.full((100, 3), value)))).max() < 1e-6


# Where the sheet starts


@pytest.mark.parametrize("X", [BITS, sparse.csr_array(BITS)], ids=["dense", "sparse"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
def test_the_scatter_as_an_operator_is_the_scatter(X, weights):
    found = moments_of_products(Blocks(as_source(X, weights), 7))
    expected = moments(Blocks(as_source(BITS, weights), 3))
    assert isinstance(found.scatter, LinearOperator)
    assert found.n == expected.n
    np.testing.assert_allclose(found.mean, expected.mean, atol=1e-12)
    np.testing.assert_allclose(found.scatter @ np.eye(150), expected.scatter, atol=1e-9)
    assert found.scatter.trace() == pytest.approx(expected.scatter.trace(), rel=1e-12)


@pytest.mark.parametrize("n_features", [3, 100, 101])
def test_many_features_start_where_principal_components_lie(n_features):
    X = RNG.normal(size=(300, 5)) * [9, 6, 4, 2, 1] @ RNG.normal(size=(5, n_features))
    X += 0.1 * RNG.normal(size=X.shape)
    for rows in (X, sparse.csr_array(X)):
        sheet = small(niter=0, k=10).fit(rows).manifold_
        axes = PCA(3, svd_solver="full").fit(X)
        latent = sheet.nodes / sheet.nodes.std(axis=0)
        plane = latent * np.sqrt(axes.explained_variance_[:2]) @ axes.components_[:2]
        expected = np.linalg.lstsq(sheet.grid.basis, plane, rcond=None)[0]
        expected[-1] += X.mean(axis=0) - sheet.offset
        np.testing.assert_allclose(sheet.weights, expected, atol=1e-8 * np.abs(expected).max())


def test_dense_rows_too_wide_for_a_square_of_features_start_alike(monkeypatch):
    whole = small(niter=3).fit(BITS).manifold_
    monkeypatch.setattr("igtm.engine.passes.WIDE", 100)
    np.testing.assert_allclose(small(niter=3).fit(BITS).manifold_.weights, whole.weights, atol=1e-9)


def test_a_scatter_of_nothing_has_no_directions():
    sheet = gtm.start(Grid(4, 2, 0.3), 5.0, np.zeros(300), np.zeros((300, 300)))
    assert np.abs(sheet.projections).max() == 0


# Never dense


@pytest.mark.parametrize("use", ["fit", "transform", "score_samples"])
def test_nothing_of_size_rows_times_features_is_allocated(use):
    few, many, n_features = 500, 30_000, 1_000  # many enough that the tiles of all threads are few of them
    X = sparse.csr_array(sparse.random_array((many, n_features), density=0.01, rng=np.random.default_rng(0)))
    model = small(k=6, niter=2).fit(X[:few])

    def peak(rows):
        tracemalloc.start()
        try:
            getattr(model, use)(rows)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(X[:few])
    assert peak(X) - peak(X[:few]) < (many - few) * n_features * 4 / 10  # a tenth of them in float32

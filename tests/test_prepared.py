"""Rows prepared on the fly are those that scikit-learn makes of all at once; results are written as they come."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, Normalizer, QuantileTransformer, StandardScaler

import igtm
from igtm import eIGTM, prepared
from igtm.saving import writing

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6_000, 4)) * [1, 10, 1e-3, 1] + [0, 1e6, 5, 0]
X[:, 3] = 7.7
WEIGHTS = RNG.integers(1, 4, size=6_000).astype(float)
NAMES = ["a", "b", "c", "d"]


def small(**parameters):
    return eIGTM(**{"k": 5, "m": 2, "niter": 4, "tol": 0, **parameters})


def all_of(source, size=999):
    return np.concatenate([rows for rows, _ in source.blocks(size)])


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["", "weighted"])
def test_scaling_on_the_fly_is_scaling(weights, tmp_path):
    np.save(tmp_path / "rows.npy", X)
    expected = StandardScaler().fit(X, sample_weight=weights)
    scaler = StandardScaler()
    source = prepared(tmp_path / "rows.npy", scaler, sample_weight=weights)
    np.testing.assert_allclose(scaler.scale_, expected.scale_, rtol=1e-9)
    np.testing.assert_allclose(all_of(source), expected.transform(X), rtol=1e-9, atol=1e-9)
    model = small().fit(source)
    whole = small().fit(expected.transform(X), sample_weight=weights)
    np.testing.assert_allclose(model.manifold_.weights, whole.manifold_.weights, atol=1e-9)
    np.testing.assert_allclose(
        model.transform(prepared(X[:50], scaler)), whole.transform(expected.transform(X[:50])), atol=1e-9
    )


@given(st.integers(1, 40), st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_the_same_for_any_rows(n_rows, shift, size, seed):
    rows = np.random.default_rng(seed).normal(size=(n_rows, 3)) * [size, 0, 1] + shift
    expected = StandardScaler().fit_transform(rows)
    np.testing.assert_allclose(all_of(prepared(rows, StandardScaler()), 7), expected, atol=1e-9)


def test_several_in_a_row_and_what_is_fitted_stays():
    scaler, pca = StandardScaler(), IncrementalPCA(2)
    source = prepared(X, scaler, pca, Normalizer())
    np.testing.assert_allclose(all_of(source), make_pipeline(scaler, pca, Normalizer()).transform(X), atol=1e-9)
    axes = PCA(2).fit(StandardScaler().fit_transform(X)).components_
    np.testing.assert_allclose(np.abs(np.vecdot(pca.components_, axes)), 1, atol=0.05)
    before = scaler.mean_.copy()
    prepared(X[:10] + 1, scaler)
    np.testing.assert_array_equal(scaler.mean_, before)


def test_names_are_those_of_the_transformer():
    frame = pd.DataFrame(X, columns=NAMES)
    scaler, pca = StandardScaler().fit(frame), IncrementalPCA(2)
    model = small().fit(prepared(pl.DataFrame(X, schema=NAMES), scaler))
    assert model.feature_names_in_.tolist() == NAMES
    model.transform(prepared(frame, scaler))
    assert prepared(frame, scaler, pca).feature_names.tolist() == ["incrementalpca0", "incrementalpca1"]
    with pytest.raises(ValueError, match="feature names"):
        prepared(frame[["b", "a", "c", "d"]], scaler)


def test_a_column_of_weights_and_a_choice_of_columns():
    frame = pd.DataFrame(X, columns=NAMES).assign(times=WEIGHTS, name="x")
    scaler = StandardScaler()
    source = prepared(frame, scaler, sample_weight="times", columns=["b", "a"])
    expected = StandardScaler().fit(X[:, [1, 0]], sample_weight=WEIGHTS)
    np.testing.assert_allclose(scaler.mean_, expected.mean_, rtol=1e-12)
    np.testing.assert_array_equal(np.concatenate([weights for _, weights in source.blocks(1000)]), WEIGHTS)


def test_sparse_rows_stay_sparse_and_single_precision_single():
    rows = sparse.csr_array(np.float32(RNG.random((50, 4)) < 0.2) * 3)
    source = prepared(rows, MaxAbsScaler())
    assert source.sparse
    assert source.dtype == np.float32
    np.testing.assert_allclose(sparse.vstack([each for each, _ in source.blocks(9)]).toarray(), rows.toarray() / 3)


def test_what_cannot_be_fitted_block_by_block_is_said():
    with pytest.raises(ValueError, match=r"QuantileTransformer.* cannot be fitted block by block: fit it to a sample"):
        prepared(X, QuantileTransformer())


# Writing


@pytest.mark.parametrize("group", [7, 100_000])
def test_coordinates_are_written_as_they_come(group, tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "GROUP_ROWS", group)
    model = small().fit(X)
    path = tmp_path / "map.parquet"
    n_rows = igtm.write_parquet(path, model.transform_blocks(X[:100], 30), model.get_feature_names_out())
    frame = pd.read_parquet(path)
    assert n_rows == len(frame) == 100
    assert list(frame) == ["eigtm0", "eigtm1"]
    assert pq.read_metadata(path).num_row_groups == -(-100 // group)
    np.testing.assert_allclose(frame.to_numpy(), model.transform(X[:100]), atol=1e-12)


def test_a_file_is_whole_or_not_there(tmp_path):
    def fails():
        yield X[:5, :2]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        igtm.write_parquet(tmp_path / "map.parquet", fails())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([], "no rows"),
        ([X], r"shape \(6000, 4\).*one name"),
        ([small(model="complete").fit_transform(X[:9])], "a GTM"),
    ],
)
def test_what_is_not_written(blocks, words, tmp_path):
    with pytest.raises(ValueError, match=words):
        igtm.write_parquet(tmp_path / "map.parquet", blocks)
    assert list(tmp_path.iterdir()) == []

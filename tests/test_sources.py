"""Wherever rows lie, they are the same rows: in memory, in frames, in files, with names, weights and errors."""

import threading
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from igtm import as_source, eIGTM
from igtm.rows.blocks import Blocks
from igtm.rows.columnar import regrouped

RNG = np.random.default_rng(0)
NAMES = ["a", "b", "c"]
ROWS = RNG.normal(size=(230, 3)) * [3, 2, 1]
WEIGHTS = RNG.integers(1, 4, size=230).astype(float)
FRAME = pd.DataFrame(ROWS, columns=NAMES)


def small(**parameters):
    return eIGTM(**{"k": 5, "m": 2, "niter": 6, "tol": 0, "n_blocks": 7, **parameters})


def all_of(source, size=50):
    blocks = list(source.blocks(size))
    assert {len(X) for X, _ in blocks[:-1]} <= {size}
    assert all(X.dtype == source.dtype for X, _ in blocks)
    return np.concatenate([X for X, _ in blocks])


def saved(folder, rows):
    np.save(folder / "rows.npy", rows)
    return folder / "rows.npy"


def parquet(folder, frame=FRAME, cuts=(0, 3, 90, 90, 230)):
    """A folder of Parquet files of uneven, one of no, rows, one of them a folder below."""
    (folder / "table" / "more").mkdir(parents=True)
    for i, (first, stop) in enumerate(pairwise(cuts)):
        path = folder / "table" / ("more" if i == 2 else "") / f"part-{i}.parquet"
        frame.iloc[first:stop].to_parquet(path, row_group_size=40)
    order = sorted((folder / "table").rglob("*.parquet"))
    return folder / "table", pd.concat([pd.read_parquet(path) for path in order])[list(frame)].to_numpy()


def mapped(folder, rows):
    return np.load(saved(folder, rows), mmap_mode="r")


def hdf5(folder, rows):
    return h5py.File(folder / "rows.h5", "w").create_dataset("rows", data=rows)


def zarr_array(folder, rows):
    array = zarr.create_array(str(folder / "rows.zarr"), shape=rows.shape, chunks=(100, 2), dtype=rows.dtype)
    array[:] = rows
    return array


HOLDERS = {
    "array": lambda folder, rows: rows,
    "array by columns": lambda folder, rows: np.asfortranarray(rows),
    "big-endian array": lambda folder, rows: rows.astype(rows.dtype.newbyteorder(">")),
    "list": lambda folder, rows: rows.tolist(),
    "pandas frame": lambda folder, rows: pd.DataFrame(rows, columns=NAMES),
    "nullable pandas frame": lambda folder, rows: pd.DataFrame(rows, columns=NAMES).convert_dtypes(),
    "polars frame": lambda folder, rows: pl.DataFrame(rows, schema=NAMES),
    "Arrow table": lambda folder, rows: pa.table(dict(zip(NAMES, rows.T, strict=True))),
    "memory map": mapped,
    ".npy file": saved,
    ".npy file by columns": lambda folder, rows: str(saved(folder, np.asfortranarray(rows))),
    "HDF5": hdf5,
    "Zarr": zarr_array,
    "Parquet folder of one": lambda folder, rows: parquet(folder, pd.DataFrame(rows, columns=NAMES), (0, 230))[0],
}
NAMED = {"pandas frame", "nullable pandas frame", "polars frame", "Arrow table", "Parquet folder of one"}


@pytest.mark.parametrize("holder", HOLDERS)
def test_rows_are_the_same_wherever_they_lie(holder, tmp_path):
    source = as_source(HOLDERS[holder](tmp_path, ROWS))
    assert (source.n_rows, source.n_features, source.dtype) == (230, 3, np.float64)
    np.testing.assert_array_equal(all_of(source), ROWS)
    np.testing.assert_array_equal(all_of(source, size=1000), ROWS)  # a source is read as often as is asked
    assert (source.feature_names is not None) == (holder in NAMED)


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_fit_does_not_know_where_rows_lie(holder, tmp_path):
    X = HOLDERS[holder](tmp_path, ROWS)
    model, expected = small().fit(X, sample_weight=WEIGHTS), small().fit(ROWS, sample_weight=WEIGHTS)
    np.testing.assert_allclose(model.manifold_.weights, expected.manifold_.weights, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.transform(X), expected.transform(ROWS), atol=1e-9)
    np.testing.assert_allclose(np.vstack(list(model.transform_blocks(X, 100))), expected.transform(ROWS), atol=1e-9)
    np.testing.assert_allclose(model.score_samples(X), expected.score_samples(ROWS), rtol=1e-9)
    assert model.n_features_in_ == 3
    assert getattr(model, "feature_names_in_", None) is None or model.feature_names_in_.tolist() == NAMES


EXACT = {"bool": "?", "small integers": "i1", "unsigned": "u2", "half": "f2", "single": "f4"}


@pytest.mark.parametrize("kind", [*EXACT.values(), "i4", "u4", "i8", "f8"])
@pytest.mark.parametrize(
    "holder", ["array", "pandas frame", "polars frame", "Arrow table", "Parquet folder of one", ".npy file", "Zarr"]
)
def test_numbers_of_any_kind_are_worked_without_loss(kind, holder, tmp_path):
    rows = RNG.integers(0, 100, size=(230, 3)).astype(kind)
    source = as_source(HOLDERS[holder](tmp_path, rows))
    assert source.dtype == (np.float32 if kind in EXACT.values() else np.float64)
    np.testing.assert_array_equal(all_of(source), rows.astype(float))


def test_columns_of_several_kinds():
    frame = pd.DataFrame({"a": np.float32([1, 2]), "b": [True, False], "c": np.int8([1, 5])})
    for each in (frame, pl.DataFrame(frame.to_dict("list"), schema={"a": pl.Float32, "b": pl.Boolean, "c": pl.Int8})):
        source = as_source(each)
        assert source.dtype == np.float32
        assert all_of(source).tolist() == [[1, 1, 1], [2, 0, 5]]


def test_decimals_are_numbers():
    column = pa.array([1, 2]).cast(pa.decimal128(25, 2))
    assert all_of(as_source(pa.table({"a": column}))).tolist() == [[1], [2]]


def test_a_folder_is_its_files_in_the_order_of_their_names(tmp_path):
    folder, rows = parquet(tmp_path)
    source = as_source(folder)
    assert source.n_rows == 230
    for size in (1, 7, 40, 1000):
        np.testing.assert_array_equal(all_of(source, size), rows)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=20), st.booleans())
@settings(max_examples=60, deadline=None)
def test_regrouping_keeps_every_row_and_its_weight(lengths, weighted):
    ends = np.cumsum([0, *lengths])
    pieces = [np.arange(first, stop) for first, stop in pairwise(ends)]
    blocks = list(regrouped([(each[:, None], each * 2 if weighted else None) for each in pieces], 5))
    assert [len(X) for X, _ in blocks[:-1]] == [5] * (len(blocks) - 1)
    assert [int(x) for X, _ in blocks for x in X[:, 0]] == list(range(ends[-1]))
    assert all(weights is None if not weighted else (weights == 2 * X[:, 0]).all() for X, weights in blocks)


# Names


def test_columns_can_be_chosen_by_name(tmp_path):
    table = FRAME.assign(name="x")
    for X in (table, pl.DataFrame(table.to_dict("list")), parquet(tmp_path, table, (0, 230))[0]):
        source = as_source(X, columns=["c", "a"])
        assert source.feature_names.tolist() == ["c", "a"]
        np.testing.assert_array_equal(all_of(source), FRAME[["c", "a"]].to_numpy())


@pytest.mark.parametrize("holder", sorted(NAMED))
def test_other_names_or_another_order_are_refused(holder, tmp_path):
    model = small().fit(HOLDERS[holder](tmp_path, ROWS))
    with pytest.raises(ValueError, match=r"feature names(.|\n)*same order"):
        model.transform(pl.DataFrame(ROWS, schema=["b", "a", "c"]))
    with pytest.raises(ValueError, match=r"unseen at fit time(.|\n)*- z"):
        model.transform(pl.DataFrame(ROWS, schema=["a", "b", "z"]))
    with pytest.warns(UserWarning, match="valid feature names"):
        model.transform(ROWS)


@pytest.mark.parametrize("holder", [".npy file", "HDF5", "list"])
def test_another_number_of_features_is_refused(holder, tmp_path):
    model = small().fit(RNG.normal(size=(20, 2)))
    with pytest.raises(ValueError, match="3 features, but eIGTM is expecting 2"):
        model.transform(HOLDERS[holder](tmp_path, ROWS))


# Weights


@pytest.mark.parametrize("holder", ["pandas", "polars", "Arrow", "Parquet"])
def test_a_column_of_weights_is_no_feature(holder, tmp_path):
    frame = FRAME.copy()
    frame.insert(1, "times", WEIGHTS.astype(int))
    X = {
        "pandas": lambda: frame,
        "polars": lambda: pl.DataFrame(frame.to_dict("list")),
        "Arrow": lambda: pa.Table.from_pandas(frame),
        "Parquet": lambda: parquet(tmp_path, frame, (0, 100, 230))[0],
    }[holder]()
    model, expected = small().fit(X, sample_weight="times"), small().fit(ROWS, sample_weight=WEIGHTS)
    np.testing.assert_allclose(model.manifold_.weights, expected.manifold_.weights, rtol=1e-9, atol=1e-12)
    assert model.feature_names_in_.tolist() == NAMES
    assert model.score(X, sample_weight="times") == pytest.approx(expected.score(ROWS, sample_weight=WEIGHTS))
    rows = as_source(X, sample_weight="times")
    np.testing.assert_allclose(model.transform(rows), expected.transform(ROWS), atol=1e-9)
    placed = small().set_output(transform="pandas").fit_transform(X, sample_weight="times")
    np.testing.assert_allclose(placed, expected.transform(ROWS), atol=1e-9)


def test_score_counts_weights():
    model = small().fit(ROWS)
    assert model.score(ROWS, sample_weight=WEIGHTS) == pytest.approx(
        np.average(model.score_samples(ROWS), weights=WEIGHTS), rel=1e-12
    )


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_weight_that_is_none_is_found(value, tmp_path):
    frame = FRAME.assign(w=1.0)
    frame.loc[100, "w"] = value
    for X, place in ((frame, "X"), (parquet(tmp_path, frame, (0, 90, 230))[0], "part-1.parquet")):
        with pytest.raises(ValueError, match=rf"sample_weight must be .*row {100 if place == 'X' else 10} .*{place}"):
            small().fit(X, sample_weight="w")


def test_weights_that_are_all_zero_are_refused():
    with pytest.raises(ValueError, match="not all 0"):
        small().fit(FRAME.assign(w=0), sample_weight="w")


# Errors


def spoilt(value):
    rows = ROWS.copy()
    rows[100, 1] = value
    return rows


@pytest.mark.parametrize("holder", [holder for holder in HOLDERS if holder != "nullable pandas frame"])
@pytest.mark.parametrize(
    ("value", "words"), [(np.nan, "NaN in row 100 .*column .*imputer"), (-np.inf, "infinity in row 100 .*[Dd]rop")]
)
def test_what_is_no_number_is_found_where_it_is(holder, value, words, tmp_path):
    X = HOLDERS[holder](tmp_path, spoilt(value))
    with pytest.raises(ValueError, match=words):
        small().fit(X)
    with pytest.raises(ValueError, match=words):
        list(as_source(X).blocks(64))


def test_a_hole_in_a_folder_is_named_by_file_and_column(tmp_path):
    folder, _ = parquet(tmp_path, pd.DataFrame(spoilt(np.nan), columns=NAMES), (0, 90, 230))
    with pytest.raises(ValueError, match=r"part-1\.parquet contains NaN in row 10 \(from 0\), column 'b'"):
        small().fit(folder)


def test_a_sum_too_large_for_its_precision_is_no_hole():
    rows = np.full((4, 3), np.finfo(np.float32).max, np.float32)
    np.testing.assert_array_equal(all_of(as_source(rows)), rows)


def damaged(path):
    path.write_bytes(b"x")
    return path


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda at: at / "none.parquet", FileNotFoundError, "no file or folder .*none.parquet"),
        (lambda at: at / "none.npy", FileNotFoundError, "none.npy"),
        (lambda at: at, ValueError, "no file that ends in .parquet"),
        (lambda at: Path(__file__), ValueError, "neither a .npy nor a .parquet"),
        (lambda at: saved(at, np.zeros(5)), ValueError, r"shape \(5,\).*2D"),
        (lambda at: saved(at, np.array([["x"]])), ValueError, "holds <U1.*convert"),
        (lambda at: pl.DataFrame({"a": [1.0], "t": ["x"]}), ValueError, "text in column 't'.*drop.*encode"),
        (lambda at: pd.DataFrame({"a": [1.0], "t": ["x"]}), ValueError, "text in column 't' .*'x'.*drop.*encode"),
        (lambda at: pl.DataFrame({"t": [[1]]}), ValueError, "list.*'t'.*drop.*convert"),
        (lambda at: pa.table({"t": pa.array([1], pa.date32())}), ValueError, "date32.*'t'.*drop.*convert"),
        (lambda at: damaged(at / "x.npy"), OSError, "x.npy cannot be read.*write it anew"),
        (lambda at: damaged(at / "x.parquet"), OSError, "x.parquet cannot be read.*write it anew"),
        (lambda at: pl.LazyFrame({"a": [1.0]}), ValueError, "lazy frame.*collect.*sink_parquet"),
        (lambda at: pl.Series([1.0]), ValueError, "Expected.*2"),
        (lambda at: FRAME.iloc[:0], ValueError, r"0 sample\(s\).*minimum of 1"),
        (lambda at: pl.DataFrame(), ValueError, r"0 sample\(s\).*minimum of 1"),
    ],
)
def test_sources_that_are_none(make, error, words, tmp_path):
    with pytest.raises(error, match=words):
        small().fit(make(tmp_path))


@pytest.mark.parametrize("argument", [{"columns": ["z"]}, {"sample_weight": "z"}])
def test_columns_that_are_not_there(argument, tmp_path):
    for X in (FRAME, pl.DataFrame(ROWS, schema=NAMES), parquet(tmp_path)[0]):
        with pytest.raises(ValueError, match="no column 'z': it has 'a', 'b', 'c'"):
            as_source(X, **argument)
    with pytest.raises(ValueError, match=r"no column 'z'|columns of X have no names"):
        as_source(ROWS, **argument)


def test_files_with_other_columns_are_refused(tmp_path):
    folder, _ = parquet(tmp_path)
    FRAME[["a", "b"]].to_parquet(folder / "short.parquet")
    with pytest.raises(ValueError, match=r"short\.parquet has no column 'c'.*part-2"):
        as_source(folder)


# Files that change in mid-fit


def cut(path):
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


BROKEN = {"vanishes": Path.unlink, "is cut short": cut}
FILES = {
    ".npy": (saved, "rows.npy"),
    ".npy by columns": (lambda at, rows: saved(at, np.asfortranarray(rows)), "rows.npy"),
    "memory map": (mapped, "rows.npy"),
    "Parquet": (lambda at, rows: parquet(at, pd.DataFrame(rows, columns=NAMES), (0, 230))[0], "part-0.parquet"),
}


@pytest.mark.parametrize("holder", FILES)
@pytest.mark.parametrize("how", BROKEN)
def test_a_file_that_breaks_is_named_and_the_last_step_is_kept(holder, how, tmp_path):
    make, name = FILES[holder]
    rows = RNG.normal(size=(230, 3))
    model = small()
    fit = model.iter_fit(make(tmp_path, rows))
    for step in fit:
        if step.n_iter == 2:
            BROKEN[how](next(tmp_path.rglob(name)))
            break
    with pytest.raises(OSError, match=rf"Rows [\d,]+ to [\d,]+ of .*{name}.* cannot be read.*warm_start"):
        list(fit)
    assert (model.n_iter_, model.stop_reason_) == (2, "stopped")
    expected = small(niter=2).fit(rows).manifold_.weights
    np.testing.assert_allclose(model.manifold_.weights, expected, rtol=1e-9, atol=1e-12)


def test_a_file_that_lost_rows_is_noticed(tmp_path):
    folder, _ = parquet(tmp_path, FRAME, (0, 230))
    source = as_source(folder)
    FRAME.iloc[:100].to_parquet(folder / "part-0.parquet")
    with pytest.raises(OSError, match=r"Rows 100 to .*part-0\.parquet.*fewer rows"):
        all_of(source, 100)


# Reading ahead


def readers():
    return [thread for thread in threading.enumerate() if thread.name.startswith("igtm-read")]


class Slow:
    """Rows that know who read how many of them."""

    shape = (100, 3)

    def __init__(self, fails_at=None):
        self.fails_at = fails_at
        self.read = []

    def __getitem__(self, rows):
        if self.fails_at is not None and rows.stop > self.fails_at:
            raise OSError("the disk is gone.")
        self.read.append(threading.current_thread().name if rows.stop else None)
        return ROWS[rows]


def test_one_block_is_read_ahead_on_a_thread_that_ends_with_the_pass():
    rows = Slow()
    blocks = iter(Blocks(as_source(rows), 10))
    for _ in range(3):
        next(blocks)
    assert len(readers()) == 1
    blocks.close()
    assert readers() == []
    assert len(rows.read) - 1 == 4  # one is the empty slice that tells the dtype
    assert all(name.startswith("igtm-read") for name in rows.read[1:])


def test_the_reader_ends_on_errors_and_when_cancelled():
    with pytest.raises(OSError, match="Rows 50 to 59 of X cannot be read: the disk is gone"):
        small(n_blocks=10).fit(Slow(fails_at=50))
    assert readers() == []
    asked = iter([False] * 30 + [True] * 100)
    model = small(n_blocks=100)
    assert list(model.iter_fit(Slow(), cancelled=lambda: next(asked))) == []
    assert readers() == []
    with pytest.raises(NotFittedError):
        model.transform(ROWS)

"""Tables too large to hold: read whole up to a bound, beyond it a random sample."""

import subprocess
import sys
import tracemalloc
from itertools import combinations

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import igtm
from igtm.dashboard.data import _summary
from igtm.maps import table_map
from igtm.tables import draws, readers
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError, from_frame

N = 1_000
FRAME = pd.DataFrame(
    {
        "x": np.arange(N) * 0.5,
        "y": np.sin(np.arange(N)),
        "row": np.arange(N),
        "kind": pd.Categorical(["a", "b", "c", "d"] * (N // 4)),
        "word": [f"word {i % 7}" for i in range(N)],
    }
)


def in_files(folder, frame=FRAME, n_files=4):
    """A frame as a folder of Parquet files of unequal lengths and several row groups."""
    folder.mkdir(parents=True)
    cuts = np.linspace(0, 1, n_files + 1) ** 2 * len(frame)
    for i, (start, stop) in enumerate(zip(cuts[:-1].astype(int), cuts[1:].astype(int), strict=True)):
        pq.write_table(pa.Table.from_pandas(frame[start:stop]), folder / f"part-{i}.parquet", row_group_size=70)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return in_files(tmp_path_factory.mktemp("data") / "measures")


COLLECTIONS = {
    "polars": pl.from_pandas,
    "arrow": pa.Table.from_pandas,
    "chunked arrow": lambda frame: pa.Table.from_batches(pa.Table.from_pandas(frame).to_batches(max_chunksize=33)),
    "dask": lambda frame: dd.from_pandas(frame, npartitions=7),
}


class TestDrawn:
    """Which rows a sample has."""

    @given(n=st.integers(0, 400), share=st.floats(0, 1), seed=st.integers(0, 2**32))
    def test_ascending_distinct_and_as_many_as_asked_for(self, n, share, seed):
        size = round(share * n)
        rows = draws.drawn(n, size, seed)
        assert len(rows) == size
        assert (np.diff(rows) > 0).all()
        assert not size or (rows[0] >= 0 and rows[-1] < n)
        assert np.array_equal(rows, draws.drawn(n, size, seed))

    @pytest.mark.parametrize("size", [2, 3, 4])
    def test_every_set_of_rows_is_equally_likely(self, size):
        sets = dict.fromkeys(combinations(range(6), size), 0)
        times = 300 * len(sets)
        for seed in range(times):
            sets[tuple(draws.drawn(6, size, seed).tolist())] += 1
        chi2 = sum((count - 300) ** 2 / 300 for count in sets.values())
        free = len(sets) - 1
        assert chi2 < free + 5 * np.sqrt(2 * free)

    def test_of_very_many_rows_needs_memory_for_the_sample_alone(self):
        tracemalloc.start()
        rows = draws.drawn(10**12, 10_000, 0)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2_000_000
        assert rows.mean() == pytest.approx(5e11, abs=5 * 10**12 / np.sqrt(12 * 10_000))


class TestFrames:
    """polars, Arrow and Dask."""

    @pytest.mark.parametrize("make", COLLECTIONS.values(), ids=COLLECTIONS)
    def test_are_whole_within_the_bound(self, make):
        table, expected = from_frame(make(FRAME)), from_frame(FRAME)
        pd.testing.assert_frame_equal(table.frame, expected.frame)
        assert table.roles == expected.roles
        assert table.drawn == ""

    @pytest.mark.parametrize("make", COLLECTIONS.values(), ids=COLLECTIONS)
    def test_are_sampled_beyond_it_in_their_order(self, make):
        table = from_frame(make(FRAME), max_rows=90, seed=3)
        expected = FRAME.iloc[draws.drawn(N, 90, 3)].reset_index(drop=True)
        pd.testing.assert_frame_equal(table.frame, expected)
        assert table.drawn == "90 of 1,000 rows, drawn at random"

    def test_the_bound_is_of_cells(self, monkeypatch):
        monkeypatch.setattr(draws, "MAX_CELLS", 2_000)
        frame = pl.from_pandas(FRAME)
        assert from_frame(frame).drawn == "400 of 1,000 rows, drawn at random"
        assert from_frame(frame[["x", "y"]]).drawn == ""

    def test_an_index_of_dask_counts_if_it_has_a_name(self):
        frame = FRAME.set_index("row")
        assert "row" in from_frame(dd.from_pandas(frame, npartitions=3)).frame
        parts = dd.concat([dd.from_pandas(FRAME, npartitions=1)] * 2)
        assert list(from_frame(parts).frame) == list(FRAME)

    def test_arrays_of_dask(self):
        table = from_frame(da.from_array(FRAME[["x", "y"]].to_numpy(), chunks=(300, 1)), max_rows=50)
        assert np.array_equal(table.frame["column_1"], FRAME["x"].iloc[draws.drawn(N, 50, 0)])

    def test_lazy_frames_of_polars_are_refused(self):
        with pytest.raises(TableError, match=r"lazy frame of polars\. collect\(\)"):
            from_frame(pl.LazyFrame({"x": [1.0]}))

    def test_bounds_that_are_none_are_refused(self):
        with pytest.raises(ValueError, match="max_rows is 0"):
            from_frame(pl.from_pandas(FRAME), max_rows=0)

    def test_are_not_imported_before_they_are_given(self):
        code = "import sys; from igtm.tables import readers, tables; print(*{'dask', 'polars'} & set(sys.modules))"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"


class TestParquet:
    """Files and folders of them, by path."""

    def test_a_folder_is_its_files_one_after_the_other(self, folder):
        table = readers.read(folder)
        pd.testing.assert_frame_equal(table.frame, FRAME)
        assert (table.name, table.path, table.drawn) == ("measures", str(folder), "")

    def test_a_sample_of_a_folder_and_of_one_file_are_the_same(self, folder, tmp_path):
        FRAME.to_parquet(tmp_path / "one.parquet")
        table = readers.read(folder, max_rows=90, seed=3)
        pd.testing.assert_frame_equal(table.frame, FRAME.iloc[draws.drawn(N, 90, 3)].reset_index(drop=True))
        pd.testing.assert_frame_equal(readers.read(tmp_path / "one.parquet", max_rows=90, seed=3).frame, table.frame)

    @pytest.mark.filterwarnings("ignore:The inplace keyword")  # which Dask still uses
    def test_what_dask_writes(self, tmp_path):
        dd.from_pandas(FRAME, npartitions=3).to_parquet(tmp_path / "written")
        pd.testing.assert_frame_equal(readers.read(tmp_path / "written").frame, FRAME)

    def test_columns_in_another_order_and_of_narrower_types(self, folder, tmp_path):
        mixed = in_files(tmp_path / "mixed", FRAME[["x", "row"]], 1)
        pq.write_table(pa.table({"row": pa.array([7], pa.int16()), "x": pa.nulls(1)}), mixed / "z.parquet")
        assert readers.read(mixed).frame.iloc[-1].isna().tolist() == [True, False]
        pq.write_table(pa.table({"x": [1.0]}), mixed / "zz.parquet")
        with pytest.raises(TableError, match=r"zz\.parquet has no column 'row', which part-0\.parquet has"):
            readers.read(mixed)

    def test_memory_goes_with_the_sample(self, tmp_path, monkeypatch):
        values = np.random.default_rng(0).normal(size=(1_000_000, 4))
        pq.write_table(pa.table(dict(zip("abcd", values.T, strict=True))), tmp_path / "big.parquet")
        monkeypatch.setattr(draws, "_BATCH_CELLS", 20_000)
        usual, counted = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
        pa.set_memory_pool(counted)
        try:
            assert len(readers.read(tmp_path / "big.parquet", max_rows=500).frame) == 500
        finally:
            pa.set_memory_pool(usual)
        assert 0 < counted.max_memory() < values.nbytes / 2

    def test_folders_without_any(self, tmp_path):
        with pytest.raises(TableError, match=r"holds no file that ends in \.parquet"):
            readers.read(tmp_path)

    def test_missing_and_broken_files(self, tmp_path):
        with pytest.raises(TableError, match=r"'gone.parquet' cannot be read as .parquet \(No such file"):
            readers.read(tmp_path / "gone.parquet")
        (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
        with pytest.raises(TableError, match=r"cannot be read as \.parquet"):
            readers.read(tmp_path)


class TestScript:
    """Copy as Python."""

    def test_of_a_path_reads_the_same_sample(self, folder):
        fitted = table_map.fit(readers.read(folder, max_rows=90, seed=3), niter=2)
        given = {}
        exec(table_map.script(fitted), given)
        pd.testing.assert_frame_equal(given["coordinates"], table_map.coordinates(fitted))

    def test_of_a_folder_named_like_a_sample(self, tmp_path):
        fitted = table_map.fit(readers.read(in_files(tmp_path / "wine")), niter=1)
        assert f"readers.read({str(tmp_path / 'wine')!r})" in table_map.script(fitted)

    def test_of_a_frame_draws_the_same_sample(self):
        frame = pl.from_pandas(FRAME)
        fitted = table_map.fit(from_frame(frame, max_rows=90, seed=3), niter=2)
        given = {"frame": frame}
        exec(table_map.script(fitted), given)
        pd.testing.assert_frame_equal(given["coordinates"], table_map.coordinates(fitted))


def test_the_page_says_that_rows_were_drawn():
    line = _summary(from_frame(pl.from_pandas(FRAME), max_rows=90), Recipe())
    assert "90 rows × 3 features · 90 of 1,000 rows, drawn at random" in line


@pytest.mark.filterwarnings("ignore:Both 'variant' and 'button_style':PendingDeprecationWarning")
def test_explore_takes_them(folder):
    for data in [str(folder), dd.from_pandas(FRAME, npartitions=3)]:
        explorer = igtm.explore(data, color="kind")
        pd.testing.assert_frame_equal(explorer.data.table.frame, FRAME)
        explorer.training.close()

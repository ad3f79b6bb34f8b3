"""A map of a sample, fitted on all rows of which it is one."""

from dataclasses import replace

import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from igtm import eIGTM
from igtm.maps import table_map
from igtm.tables import readers, tables
from igtm.tables.preprocessing import Recipe
from igtm.tables.tables import TableError

N = 600
SETTINGS = {"k": 5, "m": 3, "niter": 4, "tol": 0}


def measures() -> pd.DataFrame:
    """Numbers with holes, and classes."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(N, 4)), columns=list("abcd"))
    frame.loc[5::17, "b"] = np.nan
    frame["kind"] = rng.choice(["u", "v"], N)
    return frame


FRAME = measures()


@pytest.fixture
def folder(tmp_path):
    for part in (slice(0, 250), slice(250, N)):
        FRAME[part].to_parquet(tmp_path / f"{part.start:03}.parquet")
    return tmp_path


MAKERS = {
    "parquet": lambda folder: readers.read(folder, max_rows=120),
    "polars": lambda _: tables.from_frame(pl.from_pandas(FRAME), max_rows=120),
    "arrow": lambda _: tables.from_frame(pa.table(FRAME), max_rows=120),
    "arrow with an index": lambda _: tables.from_frame(pa.table(FRAME.set_index("kind")), max_rows=120),
    "dask": lambda _: tables.from_frame(dd.from_pandas(FRAME, npartitions=3), max_rows=120),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("recipe", [Recipe(one_hot=("kind",)), Recipe(n_components=2)], ids=["one-hot", "pca"])
def test_the_map_is_that_of_all_rows_with_the_sample_on_it(make, recipe, folder):
    sample = make(folder)
    fitted = table_map.fit(replace(sample, entire=True), recipe, **SETTINGS)
    X = fitted.pipeline.transform(FRAME[list(sample.frame.columns)])
    sheet = eIGTM(**SETTINGS).fit(X).manifold_
    np.testing.assert_allclose(fitted.model.manifold_.weights, sheet.weights, rtol=1e-9, atol=1e-12)
    assert len(fitted.points) == 120
    assert fitted.table.n_fitted == N


def test_the_script_makes_the_same_coordinates(folder):
    fitted = table_map.fit(replace(readers.read(folder, max_rows=120), entire=True), **SETTINGS)
    names = {}
    exec(table_map.script(fitted), names)
    pd.testing.assert_frame_equal(names["coordinates"], table_map.coordinates(fitted))


def test_files_that_are_gone_are_named_without_their_place(folder):
    sample = replace(readers.read(folder, max_rows=120), entire=True)
    (folder / "250.parquet").unlink()
    words = r"Rows 250 and on of .* cannot be read again: No such file or directory\. Put the files back"
    with pytest.raises(TableError, match=words) as raised:
        table_map.fit(sample, **SETTINGS)
    assert str(folder.parent) not in str(raised.value)


def test_what_is_no_sample_is_whole_anyway():
    with pytest.raises(TableError, match="no sample"):
        replace(tables.from_frame(FRAME), entire=True)

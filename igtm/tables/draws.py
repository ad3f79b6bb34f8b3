"""Rows of any number as a frame in memory: all of them up to a bound, and beyond it a random sample."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["MAX_CELLS", "Draw", "drawn", "from_parquet", "held"]

MAX_CELLS = 50_000_000  # rows × columns: 400 MB of float64, and up to four times as much while they are read
_BATCH_CELLS = 2_000_000
_DASK_INDEX = "__null_dask_index__"  # what Dask calls an index without a name in Parquet files


@dataclass(frozen=True)
class Draw:
    """How rows came to be a sample, uniform and without replacement.

    Parameters
    ----------
    n_rows : int
        N, of how many they were drawn.
    seed : int
        Draws the same ones again.
    origin : callable -> iterator of DataFrame, or a Dask frame
        All N rows, in batches that are read anew at every call.
    """

    n_rows: int
    seed: int
    origin: "Callable[[], Iterator[pd.DataFrame]] | object" = field(repr=False, compare=False)


def drawn(n_rows: int, size: int, seed: int) -> np.ndarray:
    """Which rows belong to a random sample, every set of so many being equally likely.

    Parameters
    ----------
    n_rows : int
        N, any: memory goes with `size`.
    size : int
        At most N.
    seed : int

    Returns
    -------
    ndarray (size,) of int64
        Ascending, from 0 to N - 1, all different.
    """
    rng = np.random.default_rng(seed)
    fewer = min(size, n_rows - size)  # of the sample and what it leaves out: so repeats stay rare
    rows = np.empty(0, dtype=np.int64)
    # Never more than are missing: to drop some of too many, sorted ones, would favour rows.
    while len(rows) < fewer:
        rows = np.union1d(rows, rng.integers(n_rows, size=fewer - len(rows)))
    return rows if fewer == size else np.delete(np.arange(n_rows), rows)


def held(data, max_rows: int | None = None, seed: int = 0) -> tuple:
    """Bring rows into memory, as many as are allowed.

    Parameters
    ----------
    data : data frame or array of Dask; pyarrow.Table, polars.DataFrame or what else speaks Arrow; or anything
        A frame of Dask is counted first, which reads it once more; workers send just the rows that are drawn, and an
        index without a name is dropped.
    max_rows : int, optional
        Of more rows, so many are drawn; by default as many as make `MAX_CELLS`.
    seed : int, default 0

    Returns
    -------
    frame : pandas.DataFrame
        In the original order; pandas and what this function does not know come back as they are.
    draw : Draw or None
        None if all rows are there.
    """
    if type(data).__module__.partition(".")[0] == "dask":
        return _from_dask(data, max_rows, seed)
    if isinstance(data, pd.DataFrame | pd.Series) or not hasattr(data, "__arrow_c_stream__"):
        return data, None
    table = pa.table(data)
    schema = _takeable(table.schema)
    batches = partial(table.to_batches, _batch_rows(table.schema))
    rows, draw = _allowed(*table.shape, max_rows, seed, partial(_frames, batches, schema))
    return _taken(batches(), schema, rows), draw


def from_parquet(
    paths: Sequence[Path], max_rows: int | None = None, seed: int = 0
) -> tuple[pd.DataFrame, Draw | None]:
    """Read the rows of Parquet files, one after the other, a batch at a time; the rest is as in `held`.

    Parameters
    ----------
    paths : sequence of Path
        Files with the columns of the first one, in any order; types may differ where one holds the other.

    Raises
    ------
    ValueError or OSError
        If a file cannot be read, or lacks a column.
    """
    footers = list(map(_footer, paths))
    schema = _common_schema(paths, [found for found, _ in footers])
    batches = partial(_batches, paths, schema)
    n_rows = sum(n_rows for _, n_rows in footers)
    rows, draw = _allowed(n_rows, len(schema), max_rows, seed, partial(_frames, batches, schema))
    return _taken(batches(), schema, rows), draw


def _allowed(n_rows: int, n_columns: int, max_rows: int | None, seed: int, origin) -> tuple[np.ndarray, Draw | None]:
    """The rows to take, ascending, and whether they are a sample."""
    size = max(1, MAX_CELLS // max(1, n_columns)) if max_rows is None else max_rows
    if n_rows <= size:
        return np.arange(n_rows), None
    if size < 1:
        raise ValueError(f"max_rows is {max_rows}. Give a whole number of at least 1.")
    return drawn(n_rows, size, seed), Draw(n_rows, seed, origin)


def _within(rows: np.ndarray, first: int, length: int) -> np.ndarray:
    """The part of the ascending `rows` that lies among the `length` ones from `first` on, counted from there."""
    start, stop = np.searchsorted(rows, [first, first + length])
    return rows[start:stop] - first


def _taken(batches: Iterable[pa.RecordBatch], schema: pa.Schema, rows: np.ndarray) -> pd.DataFrame:
    kept, first = [], 0
    for batch in batches:
        kept.append(_alike(batch, schema).take(pa.array(_within(rows, first, len(batch)))))
        first += len(batch)
    return _frame(kept, schema)


def _frames(batches: Callable[[], Iterable[pa.RecordBatch]], schema: pa.Schema) -> Iterator[pd.DataFrame]:
    for batch in batches():
        yield _frame([_alike(batch, schema)], schema)


def _frame(batches: list[pa.RecordBatch], schema: pa.Schema) -> pd.DataFrame:
    frame = pa.Table.from_batches(batches, schema).to_pandas(date_as_object=False)
    return frame.reset_index(drop=True) if frame.index.name == _DASK_INDEX else frame


def _alike(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    batch = batch if batch.schema.names == schema.names else batch.select(schema.names)
    return batch if batch.schema.equals(schema) else batch.cast(schema)


def _takeable(schema: pa.Schema) -> pa.Schema:
    """The same with text of the kind from which Arrow takes rows; polars hands over another."""
    text = [pa.types.is_string_view(field.type) for field in schema]
    fields = [field.with_type(pa.large_string()) if view else field for field, view in zip(schema, text, strict=True)]
    return pa.schema(fields, schema.metadata)


def _batch_rows(schema: pa.Schema) -> int:
    return max(1, _BATCH_CELLS // max(1, len(schema)))


def _footer(path: Path) -> tuple[pa.Schema, int]:
    with pq.ParquetFile(path) as file:
        return file.schema_arrow, file.metadata.num_rows


def _common_schema(paths: Sequence[Path], schemas: Sequence[pa.Schema]) -> pa.Schema:
    """The columns of the first file, of types that hold what all files have."""
    first = schemas[0]
    if all(schema.equals(first) for schema in schemas):
        return first
    for path, schema in zip(paths, schemas, strict=True):
        if missing := set(first.names) - set(schema.names):
            raise ValueError(f"{path.name} has no column {min(missing)!r}, which {paths[0].name} has")
    merged = pa.unify_schemas(schemas, promote_options="permissive")
    return pa.schema([merged.field(name) for name in first.names], first.metadata)


def _batches(paths: Sequence[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False) as file:  # or it would hold whole row groups
            yield from file.iter_batches(_batch_rows(schema))


def _from_dask(data, max_rows: int | None, seed: int) -> tuple[pd.DataFrame, Draw | None]:
    import dask

    if not hasattr(data, "columns"):
        data = data.to_dask_dataframe([f"column_{position}" for position in range(1, data.shape[1] + 1)])
    partitions = data.to_delayed()
    lengths = dask.compute(*[dask.delayed(len)(partition) for partition in partitions])
    rows, draw = _allowed(sum(lengths), len(data.columns), max_rows, seed, data)
    starts = np.cumsum([0, *lengths[:-1]])
    wanted = [_within(rows, first, length) for first, length in zip(starts, lengths, strict=True)]
    take = dask.delayed(pd.DataFrame.take)
    frame = pd.concat(dask.compute(*map(take, partitions, wanted)))
    return frame.reset_index(drop=frame.index.name is None), draw

"""All rows of which a table is a sample, prepared as they are read: what a map of all of them is fitted on."""

import os
from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from igtm.rows.columnar import regrouped
from igtm.rows.source import Block, Source
from igtm.tables.tables import Table, TableError

__all__ = ["all_rows", "rows_to_fit"]


def rows_to_fit(table: Table, pipeline: Pipeline, X: np.ndarray):
    """What `eIGTM.fit` is to be given: the prepared rows `X` of a table, or all those of which they are a sample."""
    return all_rows(table, pipeline) if table.entire else X


def all_rows(table: Table, pipeline: Pipeline):
    """The rows of which a table is a sample, as numbers.

    Parameters
    ----------
    table : Table
        A sample, whose `draw` knows where all rows lie.
    pipeline : Pipeline
        Fitted to the sample.

    Returns
    -------
    Source, or dask.array of shape (N, D)
        What `eIGTM.fit` takes; rows of a Dask frame stay with its workers.

    Raises
    ------
    TableError
        When it is read, if rows are no longer there.
    """
    columns = table.frame.columns
    width = pipeline.transform(table.frame.iloc[:1]).shape[1]

    def numbers(frame: pd.DataFrame) -> np.ndarray:
        return pipeline.transform(_named(frame, columns)) if len(frame) else np.empty((0, width))

    origin = table.draw.origin
    if not callable(origin):
        return origin.map_partitions(numbers, meta=np.empty((0, width)))

    def pieces() -> Iterator[Block]:
        n_rows = 0
        try:
            for frame in origin():
                yield numbers(frame), None
                n_rows += len(frame)
        except OSError as error:  # whose words show where on the machine the file lies
            why = f": {os.strerror(error.errno)}" if error.errno else ""
            raise TableError(
                f"Rows {n_rows:,} and on of {table.name!r} cannot be read again{why}. Put the files back as they were."
            ) from error

    return Source(table.draw.n_rows, width, np.dtype(np.float64), None, lambda size: regrouped(pieces(), size))


def _named(frame: pd.DataFrame, columns: pd.Index) -> pd.DataFrame:
    """A batch with the names that the table gave its columns, of which an index may be the first ones."""
    if len(frame.columns) < len(columns):
        frame = frame.reset_index(allow_duplicates=True)
    return frame.set_axis(columns, axis="columns")

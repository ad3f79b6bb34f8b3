"""Rows in a Dask collection: every partition is a block, turned into numbers and checked where it lies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import uuid4

import dask
import dask.array as da
import numpy as np

from igtm.rows.columnar import chosen, from_pandas, pandas_numbers
from igtm.rows.source import Block, Rows, block_slices, check_finite, check_weights, number_dtype


@dataclass(frozen=True)
class Partitions(Rows):
    """Rows of a Dask collection with their weights, one block a partition. Nothing is computed before it is needed.

    Parameters
    ----------
    X : dask.array (N, D)
        float32 or float64, in chunks of whole rows, perhaps of unknown length.
    weights : dask.array (N,) or None
        Sample weights, as many chunks; None is 1 each.
    feature_names : ndarray (D,) of str, or None
        Only where the columns have names.
    """

    X: da.Array
    weights: da.Array | None
    feature_names: np.ndarray | None
    at_hand = False

    @property
    def n_features(self) -> int:
        """D."""
        return self.X.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Precision in which rows are worked."""
        return self.X.dtype

    @cached_property
    def counted(self) -> "Partitions":
        """The same with partitions of known length; where they were unknown, they are read to count them."""
        if not np.isnan(self.X.shape[0]):
            return self
        return replace(self, X=self.X.copy().compute_chunk_sizes())

    @property
    def n_rows(self) -> int:
        """N."""
        return self.counted.X.shape[0]

    def blocks(self, size: int) -> Iterator[Block]:
        """Rows and their weights, brought here a partition at a time and cut into at most `size` rows."""
        for i in range(self.X.numblocks[0]):
            parts = [self.X.blocks[i], None if self.weights is None else self.weights.blocks[i]]
            X, weights = dask.compute(*parts)
            for part in block_slices(len(X), size):
                yield X[part], None if weights is None else weights[part]

    def weighted(self, sample_weight) -> "Partitions":
        """The same rows with these weights.

        Parameters
        ----------
        sample_weight : dask.array (N,), Series of Dask, or array-like (N,)
        """
        weights = getattr(sample_weight, "to_dask_array", lambda: sample_weight)()
        if not isinstance(weights, da.Array):
            weights = da.from_array(np.asarray(weights))
        n_rows = self.X.shape[0]
        known = not np.isnan(n_rows + sum(weights.shape))
        if weights.ndim != 1 or (known and len(weights) != n_rows):
            raise ValueError(
                "sample_weight must be a number >= 0 for each row, but it has shape "
                f"{weights.shape} and X has {n_rows} rows."
            )
        if known:
            weights = weights.rechunk((self.X.chunks[0],))
        elif weights.numblocks[0] != self.X.numblocks[0]:
            raise ValueError(
                f"sample_weight has {weights.numblocks[0]} partitions and X has {self.X.numblocks[0]}, some of "
                "unknown length: name a column of X, or call compute_chunk_sizes() on both."
            )
        return replace(self, weights=_mapped(weights, _checked_weights, np.empty(0)))


def partitions(X, columns: Sequence[str] | None = None, weight: str | None = None) -> Partitions:
    """The rows of a Dask collection, to be checked as they are read.

    Parameters
    ----------
    X : dask.array (N, D) or dask.dataframe
    columns : sequence of str, optional
        Which columns of a data frame are features, by default all.
    weight : str, optional
        Which one has the sample weights and is no feature.

    Raises
    ------
    ValueError
        If X is no table of numbers.
    """
    if isinstance(X, da.Array) and not (columns is None and weight is None):
        raise ValueError(
            f"columns={columns!r} and sample_weight={weight!r} name columns, and those of a Dask array have no names: "
            "give a data frame of Dask."
        )
    if isinstance(X, da.Array) and X.ndim == 2:
        dtype = number_dtype(X.dtype)
        rows = X.rechunk({1: -1})
        return Partitions(_mapped(rows, _checked, np.empty((0, rows.shape[1]), dtype)), None, None)
    if getattr(X, "ndim", 0) != 2 or not hasattr(X, "to_dask_array"):
        shape = f" of shape {X.shape}. Expected 2D" if isinstance(X, da.Array) else ""
        raise ValueError(f"X is a {type(X).__name__} of Dask{shape}: make it a table, an array or a data frame.")
    header = from_pandas(X._meta_nonempty, columns, weight)
    names = chosen(list(X.columns), columns, weight)
    meta = np.empty((0, len(names)), header.dtype)
    rows = X[names].map_partitions(pandas_numbers, header.dtype, meta=meta)
    source = Partitions(_mapped(rows, _checked, meta, names=names), None, header.feature_names)
    return source if weight is None else source.weighted(X[weight])


def _mapped(collection: da.Array, function, meta: np.ndarray, **more) -> da.Array:
    """`function` of each block, under keys of its own.

    Dask would name it after what it is made of, also when that has been persisted and the graph is another: a
    scheduler that still knows the older one would mix them up.
    """
    return collection.map_blocks(function, kind=meta.dtype, name=f"rows-{uuid4().hex}", meta=meta, **more)


def _checked(X: np.ndarray, kind: np.dtype, names=None, block_id=(0,)) -> np.ndarray:
    rows = np.asarray(X, dtype=kind)
    check_finite(rows, 0, names, f"Partition {block_id[0]} of X")
    return rows


def _checked_weights(weights: np.ndarray, kind: np.dtype, block_id=(0,)) -> np.ndarray:
    weights = np.asarray(weights, dtype=kind)
    check_weights(weights, 0, f"partition {block_id[0]}")
    return weights

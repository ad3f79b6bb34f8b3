"""The one place that decides how rows are reached, whatever a user hands over."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.utils import check_array
from sklearn.utils.validation import _check_sample_weight

from igtm.rows import columnar
from igtm.rows.device import device_rows, lies_elsewhere
from igtm.rows.source import (
    Block,
    Rows,
    Source,
    block_slices,
    check_finite,
    not_finite,
    number_dtype,
    opening,
    reading,
    text_error,
)

CHECKED_ROWS = 5000
CHECKED_ENTRIES = 1 << 20


def as_source(X, sample_weight=None, columns: Sequence[str] | None = None) -> Rows:
    """The rows of `X` with their weights, as what every method of `eIGTM` reads.

    Nothing is copied whole: numbers are converted to float32, where that holds them exactly, or float64, and checked,
    a block at a time, whenever they are read; float32 and float64 arrays are checked once and used as they are.

    Parameters
    ----------
    X : array-like (N, D), or path
        A NumPy array of any number type, a list of rows; a SciPy sparse array or matrix, never made dense (CSR is
        used as it is, other formats are converted to it); a pandas frame; a polars frame, a pyarrow table or
        anything else that speaks Arrow; a memory map, a Zarr or HDF5 array or anything else that has a shape and is
        sliced by rows; a path to a `.npy` file, to a Parquet file, or to a folder of Parquet files with the same
        columns; a Dask array or data frame; an array of another library, which stays on its device under
        scikit-learn's `array_api_dispatch`.
    sample_weight : array-like (N,) or str, optional
        How often each row counts, default 1; or the name of the column that says so and is then no feature.
    columns : sequence of str, optional
        Which columns are the features, in this order; by default all of them.

    Returns
    -------
    Source, or its like for rows of Dask or on another device

    Raises
    ------
    ValueError
        For what is not finite numbers in two dimensions, or weights that are not one number >= 0 a row. What is read
        later is checked later.
    OSError
        For a file that cannot be read, then or later.

    Examples
    --------
    >>> import pandas as pd
    >>> from igtm import as_source
    >>> frame = pd.DataFrame({"a": [1.0, 2.0], "b": [0.5, 0.1], "name": ["x", "y"], "count": [1, 3]})
    >>> as_source(frame, columns=["a", "b"], sample_weight="count").n_features
    2
    """
    named = isinstance(sample_weight, str)
    source = _opened(X, columns, sample_weight if named else None)
    return source if named or sample_weight is None else _weighted(source, sample_weight)


def in_memory(X: np.ndarray | sparse.csr_array) -> Source:
    """Rows (N, D) in memory that are known to be finite float32 or float64."""

    def blocks(size):
        for part in block_slices(X.shape[0], size):
            yield X[part], None

    return Source(*X.shape, X.dtype, None, blocks, sparse=not isinstance(X, np.ndarray), at_hand=True)


def _opened(X, columns: Sequence[str] | None, weight: str | None) -> Rows:
    if type(X).__module__.partition(".")[0] == "dask":
        from igtm.rows.partitions import partitions

        return partitions(X, columns, weight)
    if get_config()["array_api_dispatch"] and lies_elsewhere(X):
        return device_rows(X)
    if isinstance(X, str | os.PathLike) and Path(X).suffix != ".npy":
        return _parquet(Path(X), columns, weight)
    if hasattr(X, "iloc") and getattr(X, "ndim", 0) == 2:
        return columnar.from_pandas(X, columns, weight)
    if hasattr(X, "sink_parquet"):
        raise ValueError(
            "X is a lazy frame of polars: collect() it, or sink_parquet() it to a file and give its path."
        )
    if hasattr(X, "__arrow_c_stream__") and len(getattr(X, "shape", (0, 0))) == 2 and not hasattr(X, "iloc"):
        import pyarrow as pa

        return columnar.from_arrow(pa.table(X), columns, weight)
    if weight is not None:
        raise ValueError(
            f"sample_weight must be a number >= 0 for each row, or name a column; X has no column {weight!r}, for its "
            "columns have no names."
        )
    if columns is not None:
        raise ValueError(f"columns={columns!r}, but the columns of X have no names: select them by slicing.")
    if isinstance(X, Rows):
        return X
    if isinstance(X, str | os.PathLike):
        return _npy(Path(X))
    if sparse.issparse(X):
        return _sparse(X)
    return _sliced(X) if _has_to_be_read(X) else _numbers(X)


def _parquet(path: Path, columns: Sequence[str] | None, weight: str | None) -> Source:
    if not path.exists():
        raise FileNotFoundError(f"There is no file or folder {path}: give the path of a .npy or Parquet file.")
    if path.is_dir() or path.suffix.lower() in (".parquet", ".pq"):
        return columnar.from_parquet(path, columns, weight)
    raise ValueError(
        f"{path} is neither a .npy nor a .parquet file, nor a folder of .parquet files: read it with a library that "
        "knows it, or convert it to Parquet."
    )


def _has_to_be_read(X) -> bool:
    """Whether `X` is sliced by rows, and there is work between its slices and float32 or float64 in memory."""
    if not hasattr(X, "__getitem__") or len(getattr(X, "shape", ())) != 2:
        return False
    if isinstance(X, np.memmap):
        return True
    if isinstance(X, np.ndarray):
        return type(X) is np.ndarray and X.dtype.kind in "biuf" and X.dtype not in (np.float32, np.float64)
    return True


def numbers(X) -> np.ndarray:
    """`X`, an array or a list of rows, as float32 or float64 (N, D), with NaN and infinities as they are.

    Raises
    ------
    ValueError
        If it has other than two dimensions, or holds text or complex numbers.
    """
    if len(getattr(X, "shape", (0, 0))) != 2:
        raise ValueError(
            f"X has shape {tuple(X.shape)}. Expected 2D array. Reshape your data: X.reshape(-1, 1) "
            "if it is a single feature, X.reshape(len(X), -1) if each row is an array."
        )
    try:
        return check_array(
            X,
            dtype=[np.float64, np.float32],
            ensure_all_finite=False,
            ensure_min_samples=0,  # a source itself says that it wants some
            ensure_min_features=0,
            estimator="eIGTM",
            input_name="X",
        )
    except ValueError as error:
        if "could not convert string" in str(error):
            raise text_error(str(error).partition(": ")[2]) from error
        if "Complex data" in str(error):  # scikit-learn would go on with all of them
            raise ValueError("Complex data not supported: give X.real and X.imag, as columns of their own.") from error
        raise


def _numbers(X) -> Source:
    """Rows in memory, a list of lists included."""
    rows = numbers(X)
    for part in block_slices(len(rows), CHECKED_ROWS):
        check_finite(rows[part], part.start, None, "X")
    return in_memory(rows)


def _sparse(X) -> Source:
    """Rows of a sparse array or matrix, which are never made dense; other formats than CSR are converted."""
    if len(X.shape) != 2:
        raise ValueError(f"X is a sparse array of shape {X.shape}. Expected 2D: reshape it to rows and columns.")
    rows, dtype = sparse.csr_array(X), number_dtype(X.dtype)
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    for first in range(0, rows.nnz, CHECKED_ENTRIES):
        if not np.isfinite(rows.data[first : first + CHECKED_ENTRIES]).all():
            entry = first + int(np.isfinite(rows.data[first:]).argmin())
            row = int(np.searchsorted(rows.indptr, entry, side="right")) - 1
            raise not_finite(rows.data[entry], row, int(rows.indices[entry]), "X")

    def blocks(size):
        for part in block_slices(rows.shape[0], size):
            yield rows[part].astype(dtype, copy=False), None

    return Source(*rows.shape, dtype, None, blocks, sparse=True)


def _sliced(X) -> Source:
    """Rows of whatever has a shape and is sliced by rows; a block is a copy."""
    dtype = number_dtype(np.asarray(X[0:0]).dtype)
    name = getattr(X, "filename", None)  # of a memory map
    length = 0 if name is None else Path(name).stat().st_size

    def blocks(size):
        for part in block_slices(X.shape[0], size):
            with reading(name or "X", part.start, part.stop):
                if name is not None and Path(name).stat().st_size < length:
                    raise OSError("the file is shorter than before.")  # to read on would end the process
                rows = np.asarray(X[part]).astype(dtype)
            check_finite(rows, part.start, None, str(name or "X"))
            yield rows, None

    return Source(*X.shape, dtype, None, blocks)


def _npy(path: Path) -> Source:
    """Rows of a `.npy` file, read rather than mapped: a map of a file that is cut short ends the process."""
    with opening(path):
        layout = np.load(path, mmap_mode="r", allow_pickle=False)
    shape, offset, kind, by_columns = layout.shape, layout.offset, layout.dtype, not layout.flags.c_contiguous
    del layout
    if len(shape) != 2:
        raise ValueError(f"{path} holds an array of shape {shape}. Expected 2D: reshape it to rows and columns.")
    dtype = number_dtype(kind)
    n_rows, n_features = shape

    def read(file, part) -> np.ndarray:
        n = part.stop - part.start
        if by_columns:
            rows = np.empty((n_features, n), kind)
            starts = [(column * n_rows + part.start) * kind.itemsize for column in range(n_features)]
        else:
            rows = np.empty((1, n * n_features), kind)
            starts = [part.start * n_features * kind.itemsize]
        for start, run in zip(starts, rows, strict=True):
            file.seek(offset + start)
            if file.readinto(run.view(np.uint8)) < run.nbytes:
                raise OSError("the file ends before.")
        return rows.T if by_columns else rows.reshape(n, n_features)

    def blocks(size) -> Iterator[Block]:
        with reading(path, 0, n_rows):
            file = open(path, "rb")  # noqa: SIM115 - closed below
        with file:
            for part in block_slices(n_rows, size):
                with reading(path, part.start, part.stop):
                    rows = read(file, part)
                rows = rows.astype(dtype, copy=False)
                check_finite(rows, part.start, None, str(path))
                yield rows, None

    return Source(n_rows, n_features, dtype, None, blocks)


def _weighted(source: Rows, sample_weight) -> Rows:
    """The same rows with an array of weights."""
    if not isinstance(source, Source):
        return source.weighted(sample_weight)
    try:
        weights = _check_sample_weight(
            sample_weight, np.empty((source.n_rows, 0)), dtype=np.float64, ensure_non_negative=True
        )
    except ValueError as error:
        raise ValueError(f"sample_weight must be a number >= 0 for each row, not all 0: {error}") from error

    def blocks(size):
        first = 0
        for X, _ in source.blocks(size):
            yield X, weights[first : first + X.shape[0]]
            first += X.shape[0]

    return replace(source, blocks=blocks)

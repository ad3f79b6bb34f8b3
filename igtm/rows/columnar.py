"""Rows of tables with named columns: pandas frames, Arrow tables and what turns into them, Parquet files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.utils.validation import _get_feature_names

from igtm.rows.source import (
    Block,
    Source,
    block_slices,
    check_finite,
    check_weights,
    opening,
    reading,
    text_error,
    working_dtype,
)

Batches = Callable[[int], Iterator[tuple[str, int, object]]]


def from_pandas(frame, columns: Sequence | None, weight) -> Source:
    """Rows of a pandas frame, turned into numbers a block at a time."""
    names = list(frame.columns)
    features = chosen(names, columns, weight)
    places = [names.index(name) for name in features] if weight is not None or columns is not None else slice(None)
    kinds = [getattr(kind, "numpy_dtype", kind) for kind in frame.dtypes.iloc[places]]
    for name, kind in zip(features, kinds, strict=True):
        if kind.kind in "Mmc":
            raise _no_numbers(name, kind)
    dtype = working_dtype(*(kind if kind.kind in "biuf" else np.float64 for kind in kinds))

    def blocks(size):
        for part in block_slices(len(frame), size):
            X = pandas_numbers(frame.iloc[part, places], dtype)
            check_finite(X, part.start, features, "X")
            weights = None if weight is None else pandas_numbers(frame.iloc[part][[weight]], np.float64)[:, 0]
            if weights is not None:
                check_weights(weights, part.start, "X")
            yield X, weights

    return Source(len(frame), len(features), dtype, _get_feature_names(frame.iloc[:0, places]), blocks)


def pandas_numbers(frame, dtype: np.dtype) -> np.ndarray:
    """A pandas frame as an array (n, D) of `dtype`, NaN for what is missing; text is an error."""
    fill = {} if all(isinstance(kind, np.dtype) for kind in frame.dtypes) else {"na_value": np.nan}
    try:
        return frame.to_numpy(dtype=dtype, **fill)
    except ValueError as error:
        for position, name in enumerate(frame.columns):
            try:
                frame.iloc[:, position].to_numpy(dtype=dtype, **fill)
            except ValueError as reason:
                raise text_error(str(reason).partition(": ")[2], name) from error
        raise


def from_arrow(table, columns: Sequence | None, weight) -> Source:
    """Rows of a pyarrow.Table."""

    def batches(size):
        first = 0
        for batch in table.to_batches(max_chunksize=size):
            yield "X", first, batch
            first += len(batch)

    return _from_batches(table.schema, len(table), batches, columns, weight)


def from_parquet(path: Path, columns: Sequence | None, weight) -> Source:
    """Rows of a Parquet file, or of all those in a folder and below it, in the order of their names."""
    import pyarrow.parquet as pq

    paths = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not paths:
        raise ValueError(f"The folder {path} holds no file that ends in .parquet: give another.")
    metadata = []
    for each in paths:
        with opening(each):
            metadata.append(pq.read_metadata(each))
    schema = metadata[0].schema.to_arrow_schema()
    needed = [*chosen(schema.names, columns, weight), *([] if weight is None else [weight])]
    for each, found in zip(paths, metadata, strict=True):
        missing = set(needed) - set(found.schema.to_arrow_schema().names)
        if missing:
            raise ValueError(f"{each} has no column {sorted(missing)[0]!r}, which {paths[0]} has: all need the same.")

    def batches(size):
        for each, found in zip(paths, metadata, strict=True):
            yield from _parquet_batches(each, found.num_rows, needed, size)

    return _from_batches(schema, sum(found.num_rows for found in metadata), batches, columns, weight)


def _parquet_batches(path: Path, n_rows: int, names: list[str], size: int) -> Iterator[tuple[str, int, object]]:
    import pyarrow.parquet as pq

    with reading(path, 0, n_rows):
        file = pq.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False)  # or it would hold whole row groups
    with file:
        stream = file.iter_batches(size, columns=names)
        first = 0
        while first < n_rows:
            with reading(path, first, min(first + size, n_rows)):
                batch = next(stream, None)
                if batch is None:
                    raise OSError("the file has fewer rows than before.")
            yield str(path), first, batch
            first += len(batch)


def _from_batches(schema, n_rows: int, batches: Batches, columns, weight) -> Source:
    """Rows of Arrow record batches, which come with their place and the row of it that they begin with."""
    features = chosen(schema.names, columns, weight)
    dtype = working_dtype(*(_arrow_kind(schema.field(name)) for name in features))
    if weight is not None:
        _arrow_kind(schema.field(weight))

    def pieces(size):
        for place, first, batch in batches(size):
            X = _arrow_numbers(batch, features, dtype)
            check_finite(X, first, features, place)
            weights = None if weight is None else _arrow_numbers(batch, [weight], np.float64)[:, 0]
            if weights is not None:
                check_weights(weights, first, place)
            yield X, weights

    names = np.array(features, dtype=object)
    return Source(n_rows, len(features), dtype, names, lambda size: regrouped(pieces(size), size))


def _arrow_kind(field) -> np.dtype:
    import pyarrow as pa

    kind = field.type
    if pa.types.is_decimal(kind):
        return np.dtype(np.float64)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return np.dtype(kind.to_pandas_dtype())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        raise text_error(str(kind), field.name)
    raise _no_numbers(field.name, kind)


def _arrow_numbers(batch, names: Sequence[str], dtype: np.dtype) -> np.ndarray:
    import pyarrow as pa

    kind, numbers = pa.from_numpy_dtype(dtype), np.empty((len(batch), len(names)), dtype)
    for position, name in enumerate(names):
        numbers[:, position] = batch.column(name).cast(kind, safe=False).to_numpy(zero_copy_only=False)
    return numbers


def regrouped(pieces: Iterable[Block], size: int) -> Iterator[Block]:
    """Blocks of `size` rows each, the last one perhaps smaller, from pieces of any size."""
    waiting, held = [], 0
    for piece in pieces:
        waiting.append(piece)
        held += len(piece[0])
        while held >= size:
            X, weights = _joined(waiting)
            yield X[:size], None if weights is None else weights[:size]
            waiting, held = [(X[size:], None if weights is None else weights[size:])], held - size
    if held:
        yield _joined(waiting)


def _joined(pieces: list[Block]) -> Block:
    if len(pieces) == 1:
        return pieces[0]
    rows, weights = zip(*pieces, strict=True)
    return np.concatenate(rows), None if weights[0] is None else np.concatenate(weights)


def chosen(names: Sequence, columns: Sequence | None, weight) -> list:
    """Names of the feature columns."""
    unknown = [name for name in (*(columns or ()), *([] if weight is None else [weight])) if name not in names]
    if unknown:
        raise ValueError(f"X has no column {unknown[0]!r}: it has {', '.join(map(repr, names[:20]))}.")
    return [name for name in (names if columns is None else columns) if name != weight]


def _no_numbers(name, kind) -> ValueError:
    return ValueError(
        f"X holds {kind} in column {name!r}, dates or the like, and eIGTM needs numbers: drop such columns or convert "
        "them."
    )

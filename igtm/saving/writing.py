"""Results larger than memory, written as they come."""

import os
from collections.abc import Iterable, Sequence

import numpy as np

from igtm.rows.columnar import regrouped
from igtm.saving.storage import replacing

GROUP_ROWS = 100_000  # of a Parquet row group: small ones make large files that are slow to read


def write_parquet(path: str | os.PathLike, blocks: Iterable[np.ndarray], names: Sequence[str] = ("x", "y")) -> int:
    """Write blocks of rows one after the other to a Parquet file; at most 100,000 rows are held.

    Parameters
    ----------
    path : str or path
        The file is there when it is whole, and not before.
    blocks : iterable of ndarray (n, C)
        As `eIGTM.transform_blocks` yields them.
    names : sequence of C str, default ('x', 'y')
        Of the columns; `eIGTM.get_feature_names_out` gives some.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    ValueError
        If there are no blocks, or blocks are not as wide as there are names.

    Examples
    --------
    >>> import igtm
    >>> model = igtm.load("model.npz")
    >>> igtm.write_parquet("map.parquet", model.transform_blocks("table.parquet"))
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    n_rows, writer = 0, None
    with replacing(path) as file:
        try:
            for rows, _ in regrouped(((_checked(block, names), None) for block in blocks), GROUP_ROWS):
                table = pa.table(dict(zip(names, rows.T, strict=True)))
                writer = writer or pq.ParquetWriter(file, table.schema)
                writer.write_table(table)
                n_rows += len(rows)
        finally:
            if writer is not None:
                writer.close()
        if writer is None:
            raise ValueError("There are no rows to write: transform_blocks gives each block only once.")
    return n_rows


def _checked(block: np.ndarray, names: Sequence[str]) -> np.ndarray:
    if np.ndim(block) != 2 or block.shape[1] != len(names):
        what = f"of shape {block.shape}" if isinstance(block, np.ndarray) else f"a {type(block).__name__}"
        raise ValueError(f"A block is {what}, and names={list(names)!r}: give one name for each column of the blocks.")
    return block

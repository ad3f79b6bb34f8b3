"""How a source is cut into blocks, so that what is worked on at a time is bounded, and sums over all of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from math import ceil

import numpy as np

from igtm.source import Block, Source

BLOCK_ROWS = 5000


def automatic_blocks(n_rows: int) -> int:
    """Number of blocks of about 5,000 rows each."""
    return max(1, ceil(n_rows / BLOCK_ROWS))


@dataclass(frozen=True)
class Blocks:
    """A source in even blocks; iterating reads one after the other, the next while one is in use.

    Parameters
    ----------
    source : Source
    n_blocks : int, default 0
        Into how many; more than rows is read as one row each, 0 is automatic.
    """

    source: Source
    n_blocks: int = 0

    @property
    def dtype(self) -> np.dtype:
        """Precision in which rows are worked."""
        return self.source.dtype

    @property
    def rows(self) -> int:
        """Rows of a block."""
        n_rows = self.source.n_rows
        return ceil(n_rows / min(self.n_blocks or automatic_blocks(n_rows), n_rows))

    def __iter__(self) -> Iterator[Block]:
        blocks = self.source.blocks(self.rows)
        return blocks if self.source.at_hand else _one_ahead(blocks)


def _one_ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, each read on a thread while the one before it is in use; the thread ends with the iteration."""
    with closing(blocks), ThreadPoolExecutor(1, "igtm-read") as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def moments(blocks: Blocks) -> tuple[float, np.ndarray, np.ndarray]:
    """Total weight, mean (D,) and scatter (D, D) of the rows, in two passes.

    Squares are summed around the mean: around a far origin they would cancel. The mean is summed around the first
    row, so that columns that are constant have no scatter at all.
    """
    n_features = blocks.source.n_features
    pivot, n, total = None, 0.0, np.zeros(n_features)
    for X, weights in blocks:
        pivot = X[0].astype(np.float64) if pivot is None else pivot
        n += len(X) if weights is None else float(weights.sum())
        total += (X - pivot).sum(axis=0) if weights is None else weights @ (X - pivot)
    if n == 0:
        raise ValueError("sample_weight must be a number >= 0 for each row, not all 0: give some row a weight.")
    mean = pivot + total / n
    scatter = np.zeros((n_features, n_features))
    for X, weights in blocks:
        centred = X - mean
        scatter += centred.T @ (centred if weights is None else centred * weights[:, None])
    return n, mean, scatter

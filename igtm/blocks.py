"""How rows are reached: block by block, so that what is worked on at a time is bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

BLOCK_ROWS = 5000


def automatic_blocks(n_rows: int) -> int:
    """Number of blocks of about 5,000 rows each."""
    return max(1, ceil(n_rows / BLOCK_ROWS))


def block_slices(n_rows: int, n_blocks: int) -> Iterator[slice]:
    """Slices of `n_rows` into at most `n_blocks` even, not empty blocks."""
    size = ceil(n_rows / min(n_blocks, n_rows))
    for first in range(0, n_rows, size):
        yield slice(first, min(first + size, n_rows))


@dataclass(frozen=True)
class Blocks:
    """Rows of a table with their weights; iterating reads one block after the other.

    Parameters
    ----------
    X : ndarray (N, D)
        float32 or float64; anything that slices by rows into such.
    weights : ndarray (N,) or None
        Sample weights; None is 1 each.
    n_blocks : int
        Into how many blocks; more than rows is read as one row each.
    """

    X: np.ndarray
    weights: np.ndarray | None
    n_blocks: int

    @property
    def n_features(self) -> int:
        """D."""
        return self.X.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Precision in which rows are worked."""
        return self.X.dtype

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        for rows in block_slices(len(self.X), self.n_blocks):
            yield self.X[rows], None if self.weights is None else self.weights[rows]


def moments(blocks: Blocks) -> tuple[float, np.ndarray, np.ndarray]:
    """Total weight, mean (D,) and scatter (D, D) of the rows, in two passes.

    Squares are summed around the mean: around a far origin they would cancel. The mean is summed around the first
    row, so that columns that are constant have no scatter at all.
    """
    pivot = blocks.X[0].astype(np.float64)
    n, total = 0.0, np.zeros(blocks.n_features)
    for X, weights in blocks:
        n += len(X) if weights is None else float(weights.sum())
        total += (X - pivot).sum(axis=0) if weights is None else weights @ (X - pivot)
    mean = pivot + total / n
    scatter = np.zeros((blocks.n_features, blocks.n_features))
    for X, weights in blocks:
        centred = X - mean
        scatter += centred.T @ (centred if weights is None else centred * weights[:, None])
    return n, mean, scatter

"""How a source is cut into blocks, so that what is worked on at a time is bounded, and sums over all of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from itertools import starmap
from math import ceil
from operator import add

import numpy as np
from scipy.sparse.linalg import LinearOperator

from igtm.rows.source import Block, Source
from igtm.rows.threads import in_order

BLOCK_ROWS = 5000
FEW = 500  # features


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
        return one_ahead(self.source, self.rows)


def one_ahead(source: Source, size: int) -> Iterator[Block]:
    """Blocks of at most `size` rows, the next one read while one is in use, unless the rows are at hand anyway."""
    blocks = source.blocks(size)
    return blocks if source.at_hand else _one_ahead(blocks)


def _one_ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, each read on a thread while the one before it is in use; the thread ends with the iteration."""
    with closing(blocks), ThreadPoolExecutor(1, "igtm-read") as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


@dataclass(frozen=True)
class Moments:
    """Total weight, mean and scatter of rows; those of disjoint sets of rows add up to those of their union.

    Parameters
    ----------
    n : float
        Sum of the sample weights.
    mean : ndarray (D,)
    scatter : ndarray (D, D), or LinearOperator with a `trace()`
        Sum of the weighted outer products of the rows around `mean`: around a far origin, squares would cancel.

    Notes
    -----
    Chan, Golub & LeVeque (1983), Algorithms for Computing the Sample Variance, The American Statistician 37.
    """

    n: float
    mean: np.ndarray
    scatter: np.ndarray | LinearOperator

    @classmethod
    def of(cls, X: np.ndarray, weights: np.ndarray | None) -> "Moments":
        """Moments of the rows `X` (n, D) with sample weights (n,), 1 where None; of huge values they are infinite."""
        n = float(len(X) if weights is None else weights.sum())
        if n == 0:
            return cls(0.0, np.zeros(X.shape[1]), np.zeros((X.shape[1], X.shape[1])))
        with np.errstate(over="ignore", invalid="ignore"):
            # Summed around a row, the mean of equal rows is exact, and they have no scatter at all.
            pivot = X[0].astype(np.float64)
            shifted = X - pivot
            mean = pivot + (shifted.sum(axis=0) if weights is None else weights @ shifted) / n
            centred = np.subtract(X, mean, out=shifted)
            if weights is not None:
                centred *= np.sqrt(weights)[:, None]
            return cls(n, mean, centred.T @ centred)  # of an array with itself, half a product

    def __add__(self, other: "Moments") -> "Moments":
        n = self.n + other.n
        if n == 0:
            return self
        with np.errstate(over="ignore", invalid="ignore"):
            step = other.mean - self.mean
            scatter = self.scatter + other.scatter + np.outer(step, step * (self.n * other.n / n))
            return Moments(n, self.mean + step * (other.n / n), scatter)


def moments(blocks: Blocks) -> Moments:
    """Moments of all rows, in one pass."""
    # Blocks of few features go to a thread each; of many, one product keeps all busy, and its scatter is large.
    each = in_order(Moments.of, blocks) if blocks.source.n_features <= FEW else starmap(Moments.of, blocks)
    found = reduce(add, each)
    if found.n == 0:
        raise ValueError("sample_weight must be a number >= 0 for each row, not all 0: give some row a weight.")
    return found

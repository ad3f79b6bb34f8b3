"""The scatter of rows as an operator: for rows that are sparse, or so wide that D × D numbers are too many."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy.sparse.linalg import LinearOperator

from igtm.rows.blocks import Blocks, Moments
from igtm.rows.threads import in_order
from igtm.rows.tile import Tile, tile_of

WIDE = 5000  # features of dense rows, from which on D × D takes more than 200 MB

# Of the squares that are subtracted from each other: a smaller scatter is rounding.
ROUNDING = 1e-14


class Scatter(LinearOperator):
    """Σ w (x - mean)(x - mean)ᵀ, (D, D): a product with it is a pass over the rows, and takes D numbers.

    Parameters
    ----------
    blocks : Blocks
        Of dense or sparse rows.
    mean : ndarray (D,)
    """

    def __init__(self, blocks: Blocks, mean: np.ndarray):
        super().__init__(np.float64, (len(mean), len(mean)))
        self.blocks = blocks
        self.mean = mean

    def _matmat(self, vectors: np.ndarray) -> np.ndarray:
        def product(tile: Tile, weights: np.ndarray) -> np.ndarray:
            shares = np.empty((vectors.shape[1], len(weights)))
            tile.project(np.ascontiguousarray(vectors.T), out=shares)
            return tile.combine(shares * weights)

        return total(self.blocks, self.mean, product).T

    def trace(self) -> float:
        """Σ w ‖x - mean‖², 0 where only rounding is left of it."""
        return self._trace

    @cached_property
    def _trace(self) -> float:
        found = float(total(self.blocks, self.mean, lambda tile, weights: weights @ tile.squares()))
        if not np.isfinite(found):
            return np.inf
        return found if found > ROUNDING * float(self.mean @ self.mean) else 0.0


def total(blocks: Blocks, offset: np.ndarray, function: Callable[[Tile, np.ndarray], np.ndarray]) -> np.ndarray:
    """Sum of `function` of all blocks, centred at `offset`, and their weights."""

    def of_block(X, weights):
        with np.errstate(over="ignore", invalid="ignore"):  # of huge values it is infinite
            return function(tile_of(X, offset), np.ones(X.shape[0]) if weights is None else weights)

    return sum(in_order(of_block, blocks))


def moments_of_products(blocks: Blocks) -> Moments:
    """Moments of all rows, the scatter as an operator."""
    first, _ = next(iter(blocks.source.blocks(1)))
    pivot = (first if isinstance(first, np.ndarray) else first.toarray())[0].astype(np.float64)
    sums = total(blocks, pivot, lambda tile, weights: np.append(tile.combine(weights[None])[0], weights.sum()))
    n = float(sums[-1])
    if n == 0:
        raise ValueError("sample_weight must be a number >= 0 for each row, not all 0: give some row a weight.")
    mean = pivot + sums[:-1] / n
    return Moments(n, mean, Scatter(blocks, mean))

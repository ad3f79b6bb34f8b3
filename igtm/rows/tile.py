"""Rows that are worked at a time: the few products that an E-step needs of them, centred; dense and sparse."""

import numpy as np
from scipy import sparse


class CentredTile:
    """Rows of an array, centred first.

    Parameters
    ----------
    X : ndarray (n, D)
    offset : ndarray (D,)
        What is subtracted, in the precision of the rows.
    out : ndarray (n, D), optional
        Where the centred rows go.
    """

    def __init__(self, X: np.ndarray, offset: np.ndarray, out: np.ndarray | None = None):
        self.rows = np.subtract(X, offset, out=out)

    def project(self, factor: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Scalar products with the rows of `factor`, (q, D) -> (q, n)."""
        found = _projected(self.rows, factor, out)
        return found if out is None or found is out else np.positive(found, out=out)

    def combine(self, shares: np.ndarray) -> np.ndarray:
        """Sums of the rows weighted by `shares`, (q, n) -> (q, D)."""
        return shares @ self.rows

    def squares(self) -> np.ndarray:
        """‖x‖² of each row, (n,), float64."""
        return np.vecdot(self.rows, self.rows).astype(np.float64)


class UncentredTile:
    """Rows that stay as they are: what centring adds to a product is taken from it afterwards.

    So a product has the digits of the rows as they are: where a column's mean is 10ⁿ times its deviation, it has n
    fewer than with centred rows.

    Parameters
    ----------
    X : ndarray or csr_array (n, D)
    offset : ndarray (D,)
        In the precision of the rows.
    """

    def __init__(self, X: np.ndarray | sparse.csr_array, offset: np.ndarray):
        self.rows = X
        self.offset = offset

    def project(self, factor: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """Scalar products with the rows of `factor`, (q, D) -> (q, n): FXᵀ - F o."""
        return np.subtract(_projected(self.rows, factor, out), (factor @ self.offset)[:, None], out=out)

    def combine(self, shares: np.ndarray) -> np.ndarray:
        """Sums of the rows weighted by `shares`, (q, n) -> (q, D): SX - (S1)oᵀ."""
        return shares @ self.rows - np.outer(shares.sum(axis=1), self.offset)

    def squares(self) -> np.ndarray:
        """‖x‖² of each row, (n,), float64."""
        return CentredTile(self.rows, self.offset).squares()


class SparseTile(UncentredTile):
    """Rows of a sparse array, a csr_array (n, D)."""

    def squares(self) -> np.ndarray:
        """‖x‖² of each row, (n,), float64: ‖o‖² and what the entries x change of it, (x - o)² - o²."""
        offset = self.offset.astype(np.float64)
        there = offset[self.rows.indices]
        changes = self.rows.data * (self.rows.data - 2 * there)
        rows = sparse.csr_array((changes, self.rows.indices, self.rows.indptr), shape=self.rows.shape)
        return np.maximum(rows.sum(axis=1) + offset @ offset, 0)


def _projected(rows: np.ndarray | sparse.csr_array, factor: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """FXᵀ, in `out` or where it is found sooner."""
    if not isinstance(rows, np.ndarray) or (factor.dtype == np.float32 and len(factor) < rows.shape[1]):
        return (rows @ factor.T).T
    return np.matmul(factor, rows.T, out=out)


Tile = CentredTile | UncentredTile


def tile_of(X: np.ndarray | sparse.csr_array, offset: np.ndarray) -> Tile:
    """A tile of rows (n, D), dense or sparse, centred at `offset`."""
    return CentredTile(X, offset) if isinstance(X, np.ndarray) else SparseTile(X, offset)

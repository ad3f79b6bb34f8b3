"""The E-step on a tile of rows: the one place where time goes, so every array here is chosen for speed.

Arrays lie features-first, (·, n), so that reductions over nodes run along contiguous memory, and stay in a core's
cache. Exponents a_kn = β(xᵀy - ½‖y‖²) tell the nodes of a row apart; what all nodes of a row have in common, -½β‖x‖²
and what the bias adds, is left to the log-likelihood. To be raised, they are taken relative to the largest of the row,
or of a few nodes, to which no other has much more.
"""

from dataclasses import dataclass

import numpy as np

from igtm.engine import exponential
from igtm.engine.em import Additive, Statistics
from igtm.engine.manifold import Manifold, log_constant
from igtm.engine.ways import CompiledSums, Scratch, ThroughGrid, ThroughNodes, sums_loops, through_grid
from igtm.rows.tile import CentredTile, SparseTile, Tile, UncentredTile

# The largest exponent that may be raised, as a share of the largest that can.
MOST = 0.75
# How far from 0 the offset may be, in deviations of the noise, for rows to be worked as they are: it costs two bits of
# their digits at most, and centring a sixth of a pass over many features.
NEAR = 2


@dataclass(frozen=True)
class Totals(Additive):
    """What rows sum to under any manifold: found once, it serves every pass over them.

    Parameters
    ----------
    n : float
        Sum of the sample weights.
    moment : ndarray (D,)
        Weighted sum of x, centred: what the bias activates.
    energy : float
        Weighted sum of ‖x‖².
    """

    n: float
    moment: np.ndarray
    energy: float


NO_TOTALS = Totals(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Sums(Additive):
    """What rows sum to under one manifold.

    Parameters
    ----------
    mass : ndarray (K,)
        Weighted responsibilities.
    moment : ndarray (P - 1, D)
        B but for its last row.
    log_sums : float
        Weighted sum of log Σ exp a.
    totals : Totals
    """

    mass: np.ndarray
    moment: np.ndarray
    log_sums: float
    totals: Totals


@dataclass(frozen=True)
class Posterior:
    """What a tile's rows have to do with the nodes; its arrays are overwritten when the next tile is worked.

    Parameters
    ----------
    tile : CentredTile or UncentredTile
        The rows.
    scores : ndarray (K, n)
        Responsibilities but for the normaliser.
    normaliser : ndarray (n,)
        Sums of the scores over the nodes.
    log_sums : ndarray (n,)
        log Σ exp a, float64.
    kernel : Kernel
        Whose work it is.
    """

    tile: Tile
    scores: np.ndarray
    normaliser: np.ndarray
    log_sums: np.ndarray
    kernel: "Kernel"

    def responsibilities(self) -> np.ndarray:
        """R, (n, K), rows sum to 1; takes the place of the scores."""
        return np.divide(self.scores, self.normaliser, out=self.scores).T

    def log_likelihood(self) -> np.ndarray:
        """log p(x), (n,), natural logarithm, float64."""
        kernel = self.kernel
        return (
            self.log_sums
            + kernel.way.in_common(self.tile)
            - 0.5 / kernel.manifold.noise_variance * self.tile.squares()
            + log_constant(kernel.manifold)
        )


class Kernel:
    """The E-step under one manifold, with its scratch; one to a thread.

    Parameters
    ----------
    manifold : Manifold
    dtype : dtype
        Precision of the products; sums over tiles are float64.
    rows : int
        Rows of the largest tile.
    """

    def __init__(self, manifold: Manifold, dtype: np.dtype, rows: int):
        self.manifold = manifold
        self.dtype = np.dtype(dtype)
        self.offset = manifold.offset.astype(dtype)
        self.near = np.mean(manifold.offset**2) <= NEAR**2 * manifold.noise_variance
        self.most = float(np.finfo(self.dtype).max) ** MOST
        self.scratch = Scratch(self.dtype, rows)
        way = ThroughGrid if through_grid(manifold, self.dtype) else ThroughNodes
        self.way = way(manifold, self.scratch)
        loops = sums_loops(manifold, self.dtype)
        self.compiled = CompiledSums(self.way, loops) if loops else None

    def posterior(self, X: np.ndarray) -> Posterior:
        """Work rows (n, D), as they are in the data, not centred."""
        return self._posterior(self._tile(X))

    def _tile(self, X: np.ndarray) -> Tile:
        if not isinstance(X, np.ndarray):
            return SparseTile(X, self.offset)
        if self.near and X.dtype == self.dtype and X.flags.c_contiguous:
            return UncentredTile(X, self.offset)
        n, n_features = X.shape
        own = self.scratch("rows", n_features, n).reshape(X.shape)
        if not self.near:
            return CentredTile(X, self.offset, own)
        own[:] = X  # however rows lie in memory, they sum to the same bits
        return UncentredTile(own, self.offset)

    def _posterior(self, tile: Tile) -> Posterior:
        n = tile.rows.shape[0]
        with np.errstate(over="ignore", invalid="ignore"):
            scores, normaliser, largest = self._scores(tile, n, self.way.few)
        if not normaliser.max(initial=0) < self.most:  # some row prefers a node between those few
            scores, normaliser, largest = self._scores(tile, n, None)
        # Summands are added in float64: in float32 their sum would lose what they carry, and outliers all digits.
        log_sums = np.log(normaliser, dtype=np.float64) + largest
        return Posterior(tile, scores, normaliser, log_sums, self)

    def _scores(self, tile: Tile, n: int, few: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scores (K, n), their sums, and the exponents (n,) that they are relative to."""
        exponents, largest = self.way.exponents(tile, n, few)
        scores = exponential.raised(exponents)
        return scores, self.way.normaliser(scores), largest

    def sums(self, X: np.ndarray, weights: np.ndarray | None = None, known: bool = False) -> Sums:
        """Sums over rows (n, D) with sample weights (n,), 1 where None; without totals where they are `known`."""
        weights, tile = np.ones(X.shape[0]) if weights is None else weights, self._tile(X)
        totals = NO_TOTALS if known else self._totals(tile, weights)
        mass, moment, log_sums = self._sums(tile, weights)
        return Sums(mass.astype(np.float64), moment.astype(np.float64), float(weights @ log_sums), totals)

    def _totals(self, tile: Tile, weights: np.ndarray) -> Totals:
        moment = tile.combine(weights[None].astype(self.dtype))[0]
        return Totals(float(weights.sum()), moment.astype(np.float64), float(weights @ tile.squares()))

    def _sums(self, tile: Tile, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mass (K,), moment (P - 1, D), and log Σ exp a, (n,), float64."""
        if self.compiled is not None:
            return self.compiled(tile, weights, self.most)
        found = self._posterior(tile)
        share = (weights / found.normaliser).astype(self.dtype)
        return found.scores @ share, self.way.moment(tile, found.scores, share), found.log_sums


def statistics(manifold: Manifold, dtype: np.dtype, sums: Sums, totals: Totals) -> Statistics:
    """Statistics of rows from their sums, of kernels of this manifold and precision, and their totals."""
    beta = 1 / manifold.noise_variance
    of_bias = beta * float(manifold.weights[-1] @ totals.moment) if through_grid(manifold, dtype) else 0.0
    constants = totals.n * log_constant(manifold) - beta / 2 * totals.energy
    moment = np.vstack([sums.moment, totals.moment])
    return Statistics(totals.n, sums.mass, moment, totals.energy, sums.log_sums + of_bias + constants)


def expect(manifold: Manifold, X: np.ndarray, weights: np.ndarray | None = None) -> Statistics:
    """E-step over rows held in memory as one tile.

    Parameters
    ----------
    manifold : Manifold
    X : ndarray or csr_array (n, D)
        float32 or float64, not centred.
    weights : ndarray (n,), optional
        Sample weights, default 1.
    """
    sums = Kernel(manifold, X.dtype, X.shape[0]).sums(X, weights)
    return statistics(manifold, X.dtype, sums, sums.totals)


def responsibilities(manifold: Manifold, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Posterior of the nodes given each row, worked as one tile.

    Parameters
    ----------
    manifold : Manifold
    X : ndarray or csr_array (n, D)
        float32 or float64, not centred.

    Returns
    -------
    R : ndarray (n, K)
        Responsibilities; rows sum to 1.
    log_likelihood : ndarray (n,)
        log p(x_n), natural logarithm, float64.
    """
    found = Kernel(manifold, X.dtype, X.shape[0]).posterior(X)
    return found.responsibilities(), found.log_likelihood()

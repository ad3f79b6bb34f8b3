"""Passes over rows in any array library, on their own device: the terms of the array API standard alone.

Contract and results are those of `kernel` and `passes`. Tiles are larger, as a GPU wants them, and sums over them stay
on the device until a pass is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from sklearn.externals.array_api_compat import array_namespace

from igtm.engine.em import Statistics
from igtm.engine.manifold import Manifold, log_constant
from igtm.engine.ways import through_grid
from igtm.rows.blocks import Moments
from igtm.rows.device import DeviceRows, most_precise, to_device, to_host
from igtm.rows.threads import Cancelled

TILE_BYTES = 128 << 20  # enough to keep a GPU busy, little beside its memory


@dataclass(frozen=True)
class _Sheet:
    """What a pass needs of a manifold, on the device of the rows and in their precision.

    Parameters
    ----------
    manifold : Manifold
    through_weights : bool
        Whether products go through W and Φ, or with the nodes themselves.
    factors : list of arrays, (D, K) or (D, P - 1) and (P - 1, K)
        Their product is βYᵀ, less what the bias adds to all nodes of a row.
    bias : array (D,)
        That: βW's last row, or 0.
    norms : array (K,)
        ½β‖y‖².
    basis : array (K, P)
    offset : array (D,)
    nodes : array (K, 2)
    """

    manifold: Manifold
    through_weights: bool
    factors: list
    bias: object
    norms: object
    basis: object
    offset: object
    nodes: object


def _sheet(manifold: Manifold, source: DeviceRows) -> _Sheet:
    beta, basis = 1 / manifold.noise_variance, manifold.grid.basis
    through_weights = through_grid(manifold, source.dtype)
    if through_weights:
        factors, bias = [beta * manifold.weights[:-1].T, basis[:, :-1].T], beta * manifold.weights[-1]
    else:
        factors, bias = [beta * manifold.projections.T], np.zeros(manifold.n_features)
    norms = beta / 2 * manifold.squared_lengths
    arrays = (to_device(array, source.X) for array in (bias, norms, basis, manifold.offset, manifold.nodes))
    return _Sheet(manifold, through_weights, [to_device(factor, source.X) for factor in factors], *arrays)


@dataclass(frozen=True)
class _Posterior:
    """As `kernel.Posterior`, but rows first: scores (n, K)."""

    centred: object
    scores: object
    normaliser: object
    squares: object
    log_likelihood: object

    def responsibilities(self):
        """R, (n, K), rows sum to 1."""
        return self.scores / self.normaliser[:, None]


def _posterior(sheet: _Sheet, X) -> _Posterior:
    xp, wide = array_namespace(X), most_precise(X)
    centred = X - sheet.offset
    exponents = reduce(xp.matmul, sheet.factors, centred)
    exponents -= sheet.norms
    peak = xp.max(exponents, axis=1)
    exponents -= peak[:, None]
    scores = xp.exp(exponents)
    normaliser = xp.sum(scores, axis=1)
    squares = xp.sum(xp.astype(centred, wide) ** 2, axis=1)
    # Summands are added in the higher precision, as in `kernel`.
    shared = xp.astype(centred @ sheet.bias, wide)
    log_sums = xp.log(xp.astype(normaliser, wide)) + xp.astype(peak, wide) + shared
    half_beta, constant = float(0.5 / sheet.manifold.noise_variance), float(log_constant(sheet.manifold))
    log_likelihood = log_sums - half_beta * squares + constant
    return _Posterior(centred, scores, normaliser, squares, log_likelihood)


def _statistics(sheet: _Sheet, X, weights) -> Statistics:
    """Statistics whose numbers are still on the device."""
    xp, wide = array_namespace(X), most_precise(X)
    found = _posterior(sheet, X)
    weights = xp.ones_like(found.squares) if weights is None else weights
    share = xp.astype(weights / xp.astype(found.normaliser, wide), X.dtype)
    mass = share @ found.scores
    if sheet.through_weights:
        activations = (found.scores @ sheet.basis) * share[:, None]
        moment = activations.T @ found.centred
    else:
        moment = sheet.basis.T @ (found.scores.T @ (found.centred * share[:, None]))
    return Statistics(
        xp.sum(weights),
        xp.astype(mass, wide),
        xp.astype(moment, wide),
        xp.sum(weights * found.squares),
        xp.sum(weights * found.log_likelihood),
    )


# As `passes.OUTPUTS`.
OUTPUTS = {
    "means": lambda sheet, found: found.responsibilities() @ sheet.nodes,
    "modes": lambda sheet, found: _modes(sheet, found),
    "responsibilities": lambda sheet, found: found.responsibilities(),
    "log_likelihood": lambda sheet, found: found.log_likelihood,
}


def _modes(sheet: _Sheet, found: _Posterior):
    xp = array_namespace(found.scores)
    return xp.take(sheet.nodes, xp.argmax(found.scores, axis=1), axis=0)


class ArrayExpectation:
    """An expectation over rows in any array library, worked in tiles where they lie.

    Parameters
    ----------
    source : DeviceRows
    cancelled : callable -> bool, optional
        Asked before each tile; True ends the pass with `Cancelled`.
    """

    def __init__(self, source: DeviceRows, cancelled: Callable[[], bool] | None = None):
        self.source = source
        self.cancelled = cancelled

    def __call__(self, manifold: Manifold) -> Statistics:
        """Statistics of all rows under `manifold`, in this process's memory."""
        total = reduce(add, self._of_tiles(_sheet(manifold, self.source)))
        return Statistics(
            float(total.n),
            to_host(total.mass).astype(np.float64),
            to_host(total.moment).astype(np.float64),
            float(total.energy),
            float(total.log_likelihood),
        )

    def _of_tiles(self, sheet: _Sheet):
        for X, weights in self.source.parts(tile_rows(sheet.manifold, self.source)):
            if self.cancelled is not None and self.cancelled():
                raise Cancelled
            yield _statistics(sheet, X, weights)


def tile_rows(manifold: Manifold, source: DeviceRows) -> int:
    """Rows of a tile with a working set of `TILE_BYTES`, 3K + 2P + 4D numbers a row."""
    n_basis, n_features = manifold.weights.shape
    numbers = 3 * len(manifold.nodes) + 2 * n_basis + 4 * n_features
    return max(1, TILE_BYTES // (numbers * source.dtype.itemsize))


# What a backend offers


def held(source: DeviceRows) -> DeviceRows:
    """The rows as passes after passes reach them fastest: where they are."""
    return source


def moments(source: DeviceRows, n_blocks: int = 0) -> Moments:
    """Moments of all rows; `n_blocks` does not matter where rows are in a device's memory."""
    rows = max(1, TILE_BYTES // (4 * source.n_features * 8))
    found = reduce(add, (_moments(X, weights) for X, weights in source.parts(rows)))
    if found.n == 0:
        raise ValueError("sample_weight must be a number >= 0 for each row, not all 0: give some row a weight.")
    return found


def _moments(X, weights) -> Moments:
    xp = array_namespace(X)
    X = xp.astype(X, most_precise(X))
    weights = xp.ones_like(X[:, 0]) if weights is None else weights
    n = float(xp.sum(weights))
    if n == 0:
        return Moments(0.0, np.zeros(X.shape[1]), np.zeros((X.shape[1], X.shape[1])))
    pivot = X[0, :]  # as in `Moments.of`
    mean = pivot + weights @ (X - pivot) / n
    centred = X - mean
    scatter = centred.T @ (centred * weights[:, None])
    return Moments(n, to_host(mean).astype(np.float64), to_host(scatter).astype(np.float64))


def expectation(
    source: DeviceRows, n_blocks: int = 0, cancelled: Callable[[], bool] | None = None
) -> ArrayExpectation:
    """What makes passes over the rows; `n_blocks` as in `moments`."""
    return ArrayExpectation(source, cancelled)


def place(manifold: Manifold, source: DeviceRows, output: str):
    """What `output`, a key of `OUTPUTS`, names for each row: an array on the device of the rows."""
    sheet, rows = _sheet(manifold, source), tile_rows(manifold, source)
    parts = [OUTPUTS[output](sheet, _posterior(sheet, X)) for X, _ in source.parts(rows)]
    return array_namespace(source.X).concat(parts, axis=0)

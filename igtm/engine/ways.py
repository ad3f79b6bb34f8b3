"""Two ways from a row to what nodes have to do with it, and back: through the grid, or through the nodes themselves.

Each finds exponents a_kn = β(xᵀy - ½‖y‖²), relative to the largest of a row, or of a few nodes, to which no other has
much more; what it adds to all nodes of a row alike; and the moment of scores. `kernel` says what they are for.
"""

from math import ceil, prod
from types import ModuleType

import numpy as np

from igtm.engine import exponential
from igtm.engine.manifold import Manifold
from igtm.rows.tile import Tile

# Largest relative rounding of an exponent that going through W may cost, where large weights cancel in ΦW.
ROUNDING = 16 * float(np.finfo(np.float32).eps)
# How much of the largest exponent that can be raised may be expected of those relative to a few nodes.
EXPECTED = 0.5
# The few nodes are every so many along both axes, and the corners, which rows far from all prefer.
STRIDES = (4, 3, 2)


class Scratch:
    """Memory for arrays of up to `rows` rows, used again for every tile."""

    def __init__(self, dtype: np.dtype, rows: int):
        self.dtype = dtype
        self.rows = rows
        self._memory = {}

    def __call__(self, name: str, *shape: int) -> np.ndarray:
        """A contiguous array that is overwritten at the next call under this name; its last axis are rows."""
        if name not in self._memory:
            self._memory[name] = np.empty(prod(shape[:-1]) * self.rows, self.dtype)
        return self._memory[name][: prod(shape)].reshape(shape)


class ThroughGrid:
    """Products that go through W and the two axes of the grid.

    Without its bias column Φ is Φ₁ ⊗ Φ₁, Φ₁ (k, m) the basis along one axis: one axis after the other, a row costs
    m²k + mk² instead of m²k². The bias adds the same to all nodes of a row and stays out of the exponents.
    """

    def __init__(self, manifold: Manifold, scratch: Scratch):
        grid, beta = manifold.grid, 1 / manifold.noise_variance
        k, axis = grid.k, _without_negligible(grid.axis_basis, scratch.dtype)
        norms = -beta / 2 * manifold.squared_lengths.reshape(k, k, 1)
        dtype = scratch.dtype
        self.grid, self.scratch = grid, scratch
        self.weights = (beta * manifold.weights[:-1]).astype(dtype)
        self.bias = beta * manifold.weights[-1]
        self.axis = axis.astype(dtype)
        # The constant of each node rides along as the factor of a row of ones, what exponents are relative to as that
        # of another, and a row's sum as that of a row of nodes.
        columns = [np.broadcast_to(axis, (k, *axis.shape)), norms, np.ones_like(norms)]
        self.axis_and_norms = np.concatenate(columns, axis=2).astype(dtype)
        self.axis_and_sum = np.vstack([axis.T, np.ones(k)]).astype(dtype)
        self.back = axis.T.astype(dtype, order="C")
        self.few = _few_nodes(manifold, dtype)

    def exponents(self, tile: Tile, n: int, few: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Exponents (K, n), without what the bias adds, less the largest, (n,), of all nodes or of a `few`."""
        k, m = self.grid.k, self.grid.m
        coordinates = self.scratch("basis", m * m, n)
        tile.project(self.weights, out=coordinates)
        half = self.scratch("half", k, m + 2, n)
        np.matmul(self.axis, coordinates.reshape(m, m * n), out=half.reshape(k, -1)[:, : m * n])
        half[:, m] = 1
        half[:, m + 1] = 0
        nodes = self.scratch("nodes", k, k, n)
        if few is None:
            return _below_largest(np.matmul(self.axis_and_norms, half, out=nodes).reshape(k * k, n))
        some = np.matmul(self.axis_and_norms[np.ix_(few, few)], half[few]).reshape(len(few) ** 2, n)
        largest = some.max(axis=0)
        half[:, m + 1] = -largest
        return np.matmul(self.axis_and_norms, half, out=nodes).reshape(k * k, n), largest

    def in_common(self, tile: Tile) -> np.ndarray:
        """What the bias adds to all nodes of a row, (n,), float64."""
        return tile.project(self.bias[None].astype(self.scratch.dtype))[0].astype(np.float64)

    def normaliser(self, scores: np.ndarray) -> np.ndarray:
        """Sum of each row's scores, (K, n) -> (n,)."""
        k, m, n = self.grid.k, self.grid.m, scores.shape[1]
        half = np.matmul(self.axis_and_sum, scores.reshape(k, k, n), out=self.scratch("half", k, m + 1, n))
        return half[:, m].sum(axis=0)

    def moment(self, tile: Tile, scores: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Φᵀ (scores × share) X but for the bias; `normaliser` has just been asked of these scores."""
        k, m, n = self.grid.k, self.grid.m, scores.shape[1]
        half, activations = self.scratch("half", k, m + 1, n), self.scratch("basis", m * m, n)
        np.matmul(self.back, half.reshape(k, -1)[:, : m * n], out=activations.reshape(m, m * n))
        activations *= share
        return tile.combine(activations)


class CompiledSums:
    """What statistics need of a tile, by a compiled loop."""

    def __init__(self, way: ThroughGrid, loops: ModuleType):
        self.way, self.loops = way, loops
        self.norms = way.axis_and_norms[..., way.grid.m].copy()
        self.few = self._arrays(np.arange(way.grid.k) if way.few is None else way.few)

    def __call__(self, tile: Tile, weights: np.ndarray, most: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mass (K,), moment (P - 1, D), and log Σ exp a, (n,), float64, with sample weights (n,)."""
        activations = self.way.scratch("basis", self.way.grid.m**2, len(weights))
        weights = weights.astype(activations.dtype)
        normaliser, largest, mass = self._work(tile, weights, activations, self.few)
        if not normaliser.max(initial=0) < most:
            every = self._arrays(np.arange(self.way.grid.k))
            normaliser, largest, mass = self._work(tile, weights, activations, every)
        return mass, tile.combine(activations), np.log(normaliser, dtype=np.float64) + largest

    def _arrays(self, few: np.ndarray) -> tuple:
        way = self.way
        few_norms = self.norms[np.ix_(few, few)]
        return self.loops.GridArrays(
            way.axis, way.axis_and_sum, self.norms, few.astype(np.uint64), way.axis[few], few_norms
        )

    def _work(self, tile: Tile, weights: np.ndarray, activations: np.ndarray, grid: tuple) -> tuple:
        """Normaliser, largest exponents and mass; the activations are put where they belong."""
        tile.project(self.way.weights, out=activations)
        block = np.uint64(self.loops.block_of(activations.dtype, self.norms.size))
        limits = exponential.reach(activations.dtype)
        return self.loops.sums_through_grid(grid, activations.reshape(-1), weights, block, *limits)


class ThroughNodes:
    """Products with the nodes in data space themselves: for few features, or where W would cost digits."""

    few = None

    def __init__(self, manifold: Manifold, scratch: Scratch):
        beta = 1 / manifold.noise_variance
        self.scratch = scratch
        self.nodes = (beta * manifold.projections).astype(scratch.dtype)
        self.norms = (-beta / 2 * manifold.squared_lengths[:, None]).astype(scratch.dtype)
        basis = _without_negligible(manifold.grid.basis[:, :-1], scratch.dtype)
        self.basis = basis.T.astype(scratch.dtype, order="C")

    def exponents(self, tile: Tile, n: int, few: None) -> tuple[np.ndarray, np.ndarray]:
        """Exponents (K, n), the bias with them, less the largest, (n,)."""
        exponents = self.scratch("nodes", len(self.nodes), n)
        tile.project(self.nodes, out=exponents)
        exponents += self.norms
        return _below_largest(exponents)

    def in_common(self, tile: Tile) -> float:
        """Nothing more is common to all nodes."""
        return 0.0

    def normaliser(self, scores: np.ndarray) -> np.ndarray:
        """Sum of each row's scores, (K, n) -> (n,)."""
        return scores.sum(axis=0)

    def moment(self, tile: Tile, scores: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Φᵀ (scores × share) X but for the bias."""
        scores *= share
        return self.basis @ tile.combine(scores)


def through_grid(manifold: Manifold, dtype: np.dtype) -> bool:
    """Whether going through W and the grid is the cheaper way, and costs no digits that matter in `dtype`.

    Products of a node with a row are sums over basis functions that may cancel; then they have fewer digits than the
    node itself.
    """
    k, m, n_features = manifold.grid.k, manifold.grid.m, manifold.n_features
    if m * m * n_features + m * m * k + (m + 1) * k * k >= n_features * k * k:
        return False
    longest = np.sqrt(manifold.squared_lengths.max())
    return float(np.finfo(dtype).eps * manifold.summed_lengths.max()) <= ROUNDING * float(longest)


def sums_loops(manifold: Manifold, dtype: np.dtype) -> ModuleType | None:
    """Compiled loops for statistics, which need no memory for the scores of a tile; None where NumPy finds them."""
    return exponential.compiled_loops() if manifold.grid.m > 1 and through_grid(manifold, dtype) else None


def _without_negligible(basis: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Basis functions, 0 where they are less than `dtype` would round of what it has rounded away.

    Products of scores with the others are normal numbers: with smaller ones some processors take ten times as long.
    """
    return np.where(basis < np.finfo(dtype).eps ** 2, 0, basis)


def _below_largest(exponents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    largest = exponents.max(axis=0)
    exponents -= largest
    return exponents, largest


def _few_nodes(manifold: Manifold, dtype: np.dtype) -> np.ndarray | None:
    """Which of the k nodes along either axis stand for all, None where others are too far from them in data space.

    A row at a node has an exponent there that is ½β times their squared distance larger than at another.
    """
    k, basis = manifold.grid.k, manifold.grid.basis[:, :-1]
    basis, weights = basis.reshape(k, k, -1), manifold.weights[:-1]
    products = weights @ weights.T * (0.5 / manifold.noise_variance)
    for stride in STRIDES:
        few = np.linspace(0, k - 1, ceil((k - 1) / stride) + 1).round().astype(int)
        nearest = few[np.abs(np.arange(k)[:, None] - few).argmin(axis=1)]
        apart = basis - basis[np.ix_(nearest, nearest)]
        if np.vecdot(apart @ products, apart).max() <= EXPECTED * np.log(np.finfo(dtype).max):
            return few
    return None

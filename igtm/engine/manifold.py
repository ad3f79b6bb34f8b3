"""The manifold as a value, and pure functions of it.

Shapes: N rows, D features, K = k² nodes, P = m² + 1 basis functions.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, eigsh
from sklearn.utils.extmath import svd_flip

# Above so many, a few products with the scatter are a fraction of its whole decomposition.
MANY_FEATURES = 100

# Least noise variance as a share of the data's: exponents are β times data, so that this bounds their rounding.
NOISE_FLOOR = 1e-6

# Where ΦᵀΦ has a smaller share of its largest eigenvalue, W is not determined: rounding, squared in float32, would
# come back divided by that share, and the objective would fall.
SINGULAR = float(np.sqrt(np.finfo(np.float64).eps))


def _square_grid(side: int) -> np.ndarray:
    """Regular (side², 2) grid on [-1, 1]², first coordinate slowest; one point sits at the origin."""
    axis = np.linspace(-1, 1, side) if side > 1 else np.zeros(1)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)


@dataclass(frozen=True)
class Grid:
    """Latent nodes and the radial basis over them.

    Parameters
    ----------
    k : int
        Nodes along one side, K = k².
    m : int
        RBF centres along one side, P = m² + 1 with the bias.
    s : float
        RBF variance in units of the squared distance between neighbouring centres.
    """

    k: int
    m: int
    s: float

    @cached_property
    def nodes(self) -> np.ndarray:
        """Node positions on the map, (K, 2)."""
        return _square_grid(self.k)

    @cached_property
    def axis_basis(self) -> np.ndarray:
        """Φ₁: the activations along one axis of the grid, (k, m); without its bias Φ is Φ₁ ⊗ Φ₁."""
        nodes, centres = self.nodes[: self.k, 1], self.centres[: self.m, 1]
        return np.exp(-((nodes[:, None] - centres) ** 2) / (2 * self.variance))

    @cached_property
    def centres(self) -> np.ndarray:
        """RBF centre positions on the map, (P - 1, 2)."""
        return _square_grid(self.m)

    @property
    def variance(self) -> float:
        """RBF variance w = s × squared spacing of the centres; s itself for a single centre."""
        return self.s * (2 / (self.m - 1)) ** 2 if self.m > 1 else self.s

    def basis_at(self, positions: np.ndarray) -> np.ndarray:
        """RBF activations exp(-‖z - μ‖² / 2w) and a last column of ones, (n, 2) -> (n, P)."""
        squared = ((positions[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=-1)
        return np.hstack([np.exp(-squared / (2 * self.variance)), np.ones((len(positions), 1))])

    @cached_property
    def basis(self) -> np.ndarray:
        """Φ: the activations at the nodes, (K, P)."""
        return self.basis_at(self.nodes)


@dataclass(frozen=True)
class Manifold:
    """A fitted (or starting) GTM: a sheet of K Gaussian centres in data space.

    Parameters
    ----------
    grid : Grid
        Latent nodes and basis.
    weights : ndarray (P, D)
        W; the centres are Y = ΦW around `offset`.
    offset : ndarray (D,)
        What is subtracted from the data before anything else, their mean.
    noise_variance : float
        1/β, in squared data units.
    noise_floor : float
        The least noise variance an update may reach: below it the exponents lose their digits.
    """

    grid: Grid
    weights: np.ndarray
    offset: np.ndarray
    noise_variance: float
    noise_floor: float

    @property
    def nodes(self) -> np.ndarray:
        """Node positions on the map, (K, 2)."""
        return self.grid.nodes

    @property
    def n_features(self) -> int:
        """D."""
        return self.weights.shape[1]

    @cached_property
    def projections(self) -> np.ndarray:
        """Y = ΦW: the nodes in centred data space, (K, D)."""
        return self.grid.basis @ self.weights

    @cached_property
    def squared_lengths(self) -> np.ndarray:
        """‖y‖² of the nodes, (K,)."""
        n_basis, n_features = self.weights.shape
        if n_features <= 2 * n_basis:
            points = self.projections
        else:  # turned into the P dimensions in which the nodes lie
            points = self.grid.basis @ np.linalg.qr(self.weights.T, mode="r").T
        return np.vecdot(points, points)

    @cached_property
    def summed_lengths(self) -> np.ndarray:
        """Σ_p φ_p ‖w_p‖ at the nodes, (K,): how long the y would be, did none of their summands cancel."""
        return self.grid.basis @ np.linalg.norm(self.weights, axis=1)


def start(grid: Grid, n: float, mean: np.ndarray, scatter: np.ndarray | LinearOperator, dtype=np.float64) -> Manifold:
    """Manifold laid along the first two principal components.

    Parameters
    ----------
    grid : Grid
    n : float
        Sum of the sample weights.
    mean : ndarray (D,)
        Mean of the rows.
    scatter : ndarray (D, D), or LinearOperator with a `trace()`
        Sum of the weighted outer products of the rows around `mean`.
    dtype : dtype, default float64
        The precision in which rows will be worked.

    Notes
    -----
    Bishop, Svensén & Williams (1998), section 3.2: the noise variance is the larger of the third eigenvalue
    and half the mean squared distance from a node to its nearest neighbour. Component signs are scikit-learn's.
    """
    n_features = len(mean)
    divisor = max(n - 1, n / 2)
    variance = float(scatter.trace()) / divisor
    values, vectors = _leading_components(scatter, 3) if variance > 0 else (np.zeros(3), np.eye(n_features, 3))
    values, vectors = values[:n_features] / divisor, vectors[:, :n_features]
    latent = grid.nodes / np.where(grid.nodes.std(axis=0) > 0, grid.nodes.std(axis=0), 1)
    axes = (vectors[:, :2] * np.sqrt(values[:2])).T
    weights = np.linalg.lstsq(grid.basis, latent[:, : len(axes)] @ axes, rcond=np.sqrt(SINGULAR))[0]
    # The offset must be exact in the rows' own precision, or centring would round; the bias takes what is left.
    offset = mean.astype(dtype).astype(np.float64)
    weights[-1] += mean - offset

    spread = variance / n_features
    scale = spread if spread > 0 else max(1.0, float(np.abs(offset).max()) ** 2)
    floor = float(max(NOISE_FLOOR, np.sqrt(np.finfo(dtype).eps)) * scale)
    third = values[2] if len(values) > 2 else 0.0
    noise_variance = max(third, _half_neighbour_distance(grid, weights), floor)
    return Manifold(grid, weights, offset, float(noise_variance), floor)


def _leading_components(scatter: np.ndarray | LinearOperator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Largest eigenvalues, descending and not negative, with their vectors in columns."""
    n_features = scatter.shape[0]
    if n_features > MANY_FEATURES:
        first = np.random.default_rng(0).normal(size=n_features)  # the same at every fit
        values, vectors = eigsh(scatter, count, v0=first, tol=1e-10)
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    else:
        whole = scatter if isinstance(scatter, np.ndarray) else scatter @ np.eye(n_features)
        least = max(0, n_features - count)
        values, vectors = eigh(whole, subset_by_index=[least, n_features - 1])
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    _, signed = svd_flip(None, vectors.T, u_based_decision=False)
    return values, signed.T


def _half_neighbour_distance(grid: Grid, weights: np.ndarray) -> float:
    """½ · mean over nodes of the squared distance to the nearest other node in data space."""
    if grid.k == 1:
        return 0.0
    projections = grid.basis @ weights
    norms = (projections**2).sum(axis=1)
    nearest = np.empty(len(projections))
    for i, row in enumerate(projections):  # K rows at a time, never K × K × D
        squared = norms + norms[i] - 2 * projections @ row
        squared[i] = np.inf
        nearest[i] = max(squared.min(), 0.0)
    return 0.5 * float(nearest.mean())


def log_constant(manifold: Manifold) -> float:
    """What log p(x, z) adds to the exponent: (D/2) log(β/2π) - log K."""
    return -0.5 * manifold.n_features * np.log(2 * np.pi * manifold.noise_variance) - np.log(len(manifold.nodes))


def means(manifold: Manifold, R: np.ndarray) -> np.ndarray:
    """Posterior mean positions on the map, (n, K) -> (n, 2)."""
    return R @ manifold.nodes.astype(R.dtype)


def modes(manifold: Manifold, R: np.ndarray) -> np.ndarray:
    """Positions of the most responsible nodes, (n, K) -> (n, 2)."""
    return manifold.nodes.astype(R.dtype)[R.argmax(axis=1)]


def decode(manifold: Manifold, R: np.ndarray) -> np.ndarray:
    """Expected rows given responsibilities, RY + offset, (n, K) -> (n, D)."""
    return R @ manifold.projections + manifold.offset


def decode_at(manifold: Manifold, positions: np.ndarray) -> np.ndarray:
    """Points of the sheet under map positions, φ(z)W + offset, (n, 2) -> (n, D)."""
    return manifold.grid.basis_at(positions) @ manifold.weights + manifold.offset

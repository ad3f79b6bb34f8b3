"""How the sheet lies in data space: where it is stretched, and how far its nodes are apart."""

import numpy as np
import pandas as pd

from igtm.engine.manifold import Grid, Manifold
from igtm.maps import landscape

# Where the sheet's area is a smaller share of the product of its sides, it is a line, and the rest is rounding.
LINE = 1e-12

#: How to read them, for those who see the pictures.
READ_MAGNIFICATION = (
    "How much the sheet is stretched, in doublings of its area: 0 is the middle node, +1 twice, -1 half as much. "
    "Stretched parts bridge gaps between groups; points there are farther apart in the data than they look."
)
READ_U_MATRIX = (
    "Mean distance of a node to its neighbours in the space of the prepared features: ridges of high values are "
    "borders between groups, and valleys are groups."
)


def shape(manifold: Manifold) -> pd.DataFrame:
    """The geometry of the sheet at its nodes, for `charts.landscape`.

    Returns
    -------
    DataFrame (K, 5)
        `node`, `x`, `y`; `stretch` and `distance`, as from the functions `stretch` and `u_matrix`.
    """
    return landscape.nodes(manifold, stretch(manifold), "stretch").assign(distance=u_matrix(manifold))


def basis_gradient(grid: Grid, positions: np.ndarray) -> np.ndarray:
    """Derivatives of the basis by map x and by map y, (n, 2) -> (2, n, P); the bias has none."""
    activations = grid.basis_at(positions)[:, :-1]
    away = positions[:, None, :] - grid.centres[None, :, :]
    gradient = np.zeros((2, len(positions), activations.shape[1] + 1))
    gradient[:, :, :-1] = -np.moveaxis(away, -1, 0) * activations / grid.variance
    return gradient


def magnification(manifold: Manifold, positions: np.ndarray | None = None) -> np.ndarray:
    """Magnification factor: the area in data space to which a small area of the map is stretched.

    Parameters
    ----------
    manifold : Manifold
    positions : ndarray (n, 2), optional
        Places on the map; by default its nodes.

    Returns
    -------
    ndarray (n,)
        √det(JᵀJ), squared data units for each unit of map area, J the (D, 2) derivative of the sheet. 0 where the
        sheet has no area: with one feature, or with one RBF centre.

    Notes
    -----
    Bishop, Svensén & Williams (1997), Magnification factors for the GTM algorithm. W enters by WWᵀ alone, in the
    shape of its triangular factor: √det is the length of one column of J times that of the other's part across it,
    which keeps the digits that the determinant of a product would lose.
    """
    gradient = basis_gradient(manifold.grid, manifold.nodes if positions is None else np.asarray(positions, float))
    by_x, by_y = gradient @ _factor(manifold).T
    x_squared = np.vecdot(by_x, by_x)
    along = np.divide(np.vecdot(by_x, by_y), x_squared, out=np.zeros_like(x_squared), where=x_squared > 0)
    across = np.linalg.norm(by_y - along[:, None] * by_x, axis=-1)
    across[across <= LINE * np.linalg.norm(by_y, axis=-1)] = 0.0
    return np.sqrt(x_squared) * across


def stretch(manifold: Manifold) -> np.ndarray:
    """Magnification at the nodes for display: log₂ of its ratio to that of the median node; see `READ_MAGNIFICATION`.

    Returns
    -------
    ndarray (K,)
        NaN where the sheet has no area.
    """
    factor = magnification(manifold)
    has_area = factor > 0
    if not has_area.any():
        return np.full(len(factor), np.nan)
    ratio = np.where(has_area, factor / np.median(factor[has_area]), np.nan)
    return np.log2(ratio)


def u_matrix(manifold: Manifold) -> np.ndarray:
    """Mean distance of each node to its two to four neighbours on the grid, in data space; see `READ_U_MATRIX`.

    Returns
    -------
    ndarray (K,)
        In units of the prepared features; NaN for a single node.

    Notes
    -----
    Ultsch & Siemon (1990), Kohonen's self organizing feature maps for exploratory data analysis.
    """
    k = manifold.grid.k
    sheet = isometric(manifold).reshape(k, k, -1)
    total, count = np.zeros((2, k, k))
    for axis in (0, 1):
        distance = np.linalg.norm(np.diff(sheet, axis=axis), axis=-1)
        for side in (slice(None, -1), slice(1, None)):  # both ends of each step
            ends = (side, slice(None)) if axis == 0 else (slice(None), side)
            total[ends] += distance
            count[ends] += 1
    return np.divide(total, count, out=np.full((k, k), np.nan), where=count > 0).ravel()


def isometric(manifold: Manifold) -> np.ndarray:
    """The nodes in the fewest coordinates that keep all their distances and angles, (K, min(P, D)).

    Thousands of features become a few coordinates: what asks for distances between nodes need not see D.
    """
    return manifold.grid.basis @ _factor(manifold).T


def _factor(manifold: Manifold) -> np.ndarray:
    """Triangular R, (min(P, D), P), with RᵀR = WWᵀ."""
    return np.linalg.qr(manifold.weights.T, mode="r")

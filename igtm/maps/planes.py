"""Feature planes: every feature over the whole map, in original units."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.linalg import eigh
from scipy.spatial.distance import squareform

from igtm.maps import nodes
from igtm.maps.table_map import TableMap

#: More planes than this are ordered by angle: a tree with its leaves in the best order would take minutes.
MOST_IN_A_TREE = 400

# A plane that varies by a smaller share of its feature's deviation is even, and the rest is rounding.
EVEN = 1e-9


def feature_planes(fitted: TableMap) -> pd.DataFrame:
    """Every feature at every node, similar planes side by side.

    Returns
    -------
    DataFrame (K, features)
        In original units, the row number is the node. Columns as from `preprocessing.to_original`, in the order of
        `similar_order`; planes without variation come last.
    """
    planes = nodes.decode(fitted, fitted.model.manifold_.nodes)
    uneven = fitted.varies & (planes.std(ddof=0) > EVEN * fitted.overview["deviation"])
    varied, even = planes.loc[:, uneven], planes.loc[:, ~uneven]
    return pd.concat([varied.iloc[:, similar_order(varied.to_numpy())], even], axis="columns")


def similar_order(values: np.ndarray) -> np.ndarray:
    """An order of columns in which similar ones stand together.

    Parameters
    ----------
    values : ndarray (K, D)
        Each column varies.

    Returns
    -------
    ndarray (D,) of int
        Up to `MOST_IN_A_TREE` columns: the leaves of a tree of average linkage on 1 - r, r Pearson's correlation, so
        ordered that neighbours are as alike as the tree allows. More: by the angle of each column in the plane of
        the first two principal components of all.

    Notes
    -----
    Bar-Joseph, Gifford & Jaakkola (2001), Fast optimal leaf ordering for hierarchical clustering; Friendly (2002),
    Corrgrams, for the angle.
    """
    if values.shape[1] < 3:
        return np.arange(values.shape[1])
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    if values.shape[1] > MOST_IN_A_TREE:
        return _by_angle(standard)
    distance = 1 - standard.T @ standard / len(values)
    condensed = squareform(np.maximum(distance, 0), checks=False)
    return leaves_list(linkage(condensed, "average", optimal_ordering=True))


def _by_angle(standard: np.ndarray) -> np.ndarray:
    """Columns by their angle in the leading plane, from where the widest gap between two ends."""
    n_nodes = len(standard)
    axes = eigh(standard @ standard.T, subset_by_index=[n_nodes - 2, n_nodes - 1])[1]
    second, first = axes.T @ standard
    angle = np.arctan2(second, first)
    order = np.argsort(angle, kind="stable")
    gaps = np.diff(angle[order], prepend=angle[order[-1]] - 2 * np.pi)
    return np.roll(order, -int(gaps.argmax()))

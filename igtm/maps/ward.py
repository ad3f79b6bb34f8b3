"""Nodes that belong together: connected parts of the sheet, and how deep inside its part each node lies."""

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.metrics import pairwise_distances, silhouette_samples

from igtm.engine.manifold import Manifold
from igtm.maps.geometry import isometric

#: So many clusters are tried where no number is given.
MOST = 12

# Ward's method knows no weights: each node stands there once for each five-hundredth of the mass.
COPIES = 500


def cluster(manifold: Manifold, mass: np.ndarray, n: int | None = None, least: float = 0.5) -> np.ndarray:
    """Connected clusters of nodes, by Ward's method on their points in data space, weighted by mass.

    Parameters
    ----------
    manifold : Manifold
    mass : ndarray (K,)
        Rows that each node explains.
    n : int, optional
        How many clusters; by default the number from 2 to `MOST` with the highest silhouette, averaged over nodes by
        their mass, or 1 where none can be told.
    least : float, default 0.5
        Nodes that explain fewer rows have no voice: no data hold the sheet there. They fall to the cluster of the
        nearest node on the grid that has one.

    Returns
    -------
    ndarray (K,) of int
        Clusters from 0, the one with the largest mass first. Each is connected on the grid.

    Raises
    ------
    ValueError
        If `n` is less than 1 or more than the nodes that have a voice.
    """
    if not (mass >= least).any():
        mass = np.full(len(mass), float(least))
    counted = np.flatnonzero(mass >= least)
    if n is not None and not 1 <= n <= len(counted):
        raise ValueError(f"n={n!r} must be from 1 to {len(counted)}, the number of nodes that explain {least:g} rows")
    points, weights = isometric(manifold)[counted], mass[counted]
    graph = grid_to_graph(manifold.grid.k, manifold.grid.k).tocsr()
    # From node to node with a voice: parts of a shortest path to it have the same, so that its cell is connected.
    nearest = dijkstra(graph, indices=counted, unweighted=True, min_only=True, return_predecessors=True)[2]
    owner = np.searchsorted(counted, nearest)
    ends = graph.tocoo()
    edges = owner[ends.row], owner[ends.col]
    labels = _by_silhouette(points, weights, edges) if n is None else _ward(points, weights, edges, n)
    return _by_mass(labels[owner], mass)


def _by_silhouette(points: np.ndarray, weights: np.ndarray, edges: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Of all numbers of clusters that with the highest silhouette; one cluster where all nodes are the same."""
    best, found = -np.inf, np.zeros(len(points), dtype=np.int64)
    if np.ptp(points, axis=0).max() == 0:
        return found
    distances = pairwise_distances(points)
    np.fill_diagonal(distances, 0)
    for n in range(2, min(MOST, len(points) - 1) + 1):
        labels = _ward(points, weights, edges, n)
        score = np.average(silhouette_samples(distances, labels, metric="precomputed"), weights=weights)
        if score > best:
            best, found = score, labels
    return found


def _ward(points: np.ndarray, weights: np.ndarray, edges: tuple[np.ndarray, np.ndarray], n: int) -> np.ndarray:
    """Labels of points between which there are `edges`."""
    if n == 1:
        return np.zeros(len(points), dtype=np.int64)
    repeats = np.ceil(COPIES * weights / weights.sum()).astype(np.int64)
    which = np.repeat(np.arange(len(points)), repeats)
    first = np.cumsum(repeats) - repeats
    # All copies of a point hang on its first one.
    rows, columns = np.hstack([first[np.stack(edges)], np.stack([np.arange(len(which)), first[which]])])
    connectivity = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(which), len(which))).tocsr()
    found = AgglomerativeClustering(n, connectivity=connectivity, linkage="ward").fit_predict(points[which])
    return found[first]


def depth(labels: np.ndarray) -> np.ndarray:
    """Distance of each node to the nearest place outside its cluster, in steps of the grid.

    Parameters
    ----------
    labels : ndarray (K,) of int
        Clusters of the nodes of a square grid.

    Returns
    -------
    ndarray (K,)
        At least 1; the edge of the map is a border too.
    """
    k = round(len(labels) ** 0.5)
    grid = np.pad(labels.reshape(k, k), 1, constant_values=-1)
    inside = [distance_transform_edt(grid == label) for label in np.unique(labels)]
    return np.max(inside, axis=0)[1:-1, 1:-1].ravel()


def _by_mass(labels: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """The same clusters, numbered by their mass, the largest first."""
    order = np.argsort(-np.bincount(labels, mass), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[labels]

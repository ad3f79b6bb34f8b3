"""Which rows are near each other in the data and on the map, and how well the two agree."""

import numpy as np
from sklearn.manifold import trustworthiness as _trustworthiness
from sklearn.metrics import pairwise_distances, pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

__all__ = ["continuity", "k3n_error", "nearest", "neighbours_kept", "trustworthiness"]

#: Neighbours that are looked at, as in the literature on GTM.
N_NEIGHBORS = 10

#: MiB of distances at a time.
WORKING_MEMORY = 32

#: A smaller share of the largest distance is what rounding leaves of none.
SAME = 1e-6


def trustworthiness(X: np.ndarray, Z: np.ndarray, n_neighbors: int = N_NEIGHBORS) -> float:
    """Whether rows that are near on the map are near in the data: 1 if all are, about 0.5 at random.

    Parameters
    ----------
    X : ndarray (n, D)
        Rows in data space. Memory and time grow with n²: about 100 MB for 2,000 rows.
    Z : ndarray (n, 2)
        The same rows on the map.
    n_neighbors : int, default 10
        Less than n / 2.

    References
    ----------
    Venna & Kaski (2001), Neighborhood preservation in nonlinear projection methods, ICANN; scikit-learn computes it.
    """
    return float(_trustworthiness(X, Z, n_neighbors=n_neighbors))


def continuity(X: np.ndarray, Z: np.ndarray, n_neighbors: int = N_NEIGHBORS) -> float:
    """Whether rows that are near in the data are near on the map: `trustworthiness` with the spaces swapped."""
    return trustworthiness(Z, X, n_neighbors)


def neighbours_kept(X: np.ndarray, Z: np.ndarray, n_neighbors: int = N_NEIGHBORS) -> float:
    """Share of the nearest neighbours in the data, (n, D), that are among the nearest on the map, (n, 2): 0 to 1."""
    original, mapped = _nearest_each(X, n_neighbors), _nearest_each(Z, n_neighbors)
    return float((original[:, :, None] == mapped[:, None, :]).any(axis=2).mean())


def k3n_error(X: np.ndarray, Z: np.ndarray, n_neighbors: int = N_NEIGHBORS) -> float:
    """How much farther off the neighbours in `X` lie in `Z` than the neighbours in `Z` do: 0, at best, to ∞.

    With data as `X` and map positions as `Z` it is the k3n-error of the visualisation, with the two swapped that of
    the reconstruction.

    Parameters
    ----------
    X : ndarray (n, D)
        Where neighbours are looked for.
    Z : ndarray (n, L)
        Where distances are measured. They are worked in chunks of 32 MiB.
    n_neighbors : int, default 10
        Less than n.

    Notes
    -----
    For each row, the distances in Z to its neighbours in X and those to its neighbours in Z, both ascending; the
    mean of (first - second) / second over rows and neighbours. A distance of 0 counts as the row's smallest other
    distance; a row that lies on all others has none, and no error.

    References
    ----------
    Kaneko (2018), k-nearest neighbor normalized error for visualization and reconstruction, Chemometrics and
    Intelligent Laboratory Systems 176, 22-33.
    """
    neighbours = _nearest_each(X, n_neighbors)

    def errors(distances, start):
        rows = np.arange(len(distances))
        distances[distances < SAME * distances.max(axis=1, keepdims=True)] = 0
        smallest = np.where(distances > 0, distances, np.inf).min(axis=1, keepdims=True)
        distances = np.where(distances > 0, distances, np.where(np.isinf(smallest), 1, smallest))
        distances[rows, start + rows] = np.inf
        actual = np.sort(np.take_along_axis(distances, neighbours[start + rows], axis=1))
        least = np.sort(np.partition(distances, n_neighbors - 1, axis=1)[:, :n_neighbors])
        return ((actual - least) / least).mean(axis=1)

    # Around the mean: far from the origin, small distances would be rounding.
    parts = pairwise_distances_chunked(Z - Z.mean(axis=0), reduce_func=errors, working_memory=WORKING_MEMORY)
    return float(np.concatenate(list(parts)).mean())


def nearest(X: np.ndarray, row: int, n: int = N_NEIGHBORS) -> tuple[np.ndarray, np.ndarray]:
    """The rows nearest to one of them, itself left out, and their Euclidean distances: (n,) each, nearest first."""
    distances = pairwise_distances(X[[row]], X)[0]
    distances[row] = np.inf
    n = min(n, len(X) - 1)
    rows = np.argsort(distances, kind="stable")[:n]
    return rows, distances[rows]


def _nearest_each(X: np.ndarray, n_neighbors: int) -> np.ndarray:
    """The neighbours of every row, itself left out, (n, n_neighbors)."""
    return NearestNeighbors(n_neighbors=n_neighbors).fit(X).kneighbors(return_distance=False)

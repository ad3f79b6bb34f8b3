"""What can be said of one row: where on the map it may lie, which neighbours it keeps, how usual it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.ndimage import label, maximum_filter

from igtm.engine.kernel import Posterior, responsibilities
from igtm.engine.manifold import Manifold
from igtm.engine.passes import by_posterior
from igtm.maps import landscape, neighbours
from igtm.maps.table_map import TableMap
from igtm.rows.sources import as_source

__all__ = ["MODE_SHARE", "OUTLIER_SHARE", "Point", "explain", "mode_counts", "modes", "outliers", "percentiles"]

#: A local maximum of the responsibilities is a mode if it has at least this share of the largest.
MODE_SHARE = 0.1

#: Share of the rows that are outliers, those with the lowest log-likelihood.
OUTLIER_SHARE = 0.01

# Eight neighbours on the grid, none on that of another row.
TOUCHING = np.array([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))])


@dataclass(frozen=True, eq=False)
class Point:
    """One row of a map, explained.

    Parameters
    ----------
    row : int
        Its position in the table.
    mean : (float, float)
        Where the map of posterior means shows it.
    responsibilities : DataFrame (K, 4)
        How likely it comes from each node: `node`, `x`, `y`, `responsibility`.
    modes : DataFrame
        The places where it may have come from: see `modes`.
    neighbours : DataFrame
        Its ten nearest rows in the space in which the map was fitted, nearest first: `row_id`, `distance`, `kept`
        (whether it is among the ten nearest on the map), `mean_x`, `mean_y`.
    log_likelihood : float
    percentile : float
        Of its log-likelihood among all rows of the map, 0 to 100.
    threshold : float
        The log-likelihood below which rows are outliers.
    """

    row: int
    mean: tuple[float, float]
    responsibilities: pd.DataFrame
    modes: pd.DataFrame
    neighbours: pd.DataFrame
    log_likelihood: float
    percentile: float
    threshold: float

    @property
    def torn(self) -> bool:
        """Whether it has more than one mode: its mean then lies where it does not."""
        return len(self.modes) > 1

    @property
    def kept(self) -> float:
        """Share of its nearest neighbours that the map keeps, 0 to 1."""
        return float(self.neighbours["kept"].mean())

    @property
    def outlier(self) -> bool:
        """Whether its log-likelihood is below the threshold."""
        return self.log_likelihood < self.threshold


def explain(fitted: TableMap, row: int, n_neighbors: int = neighbours.N_NEIGHBORS) -> Point:
    """All that can be said of one row.

    Parameters
    ----------
    fitted : TableMap
    row : int
        Its position in the table, 0 to N - 1.
    n_neighbors : int, default 10

    Returns
    -------
    Point

    Raises
    ------
    IndexError
        If there is no such row.
    """
    n_rows = len(fitted.points)
    if not 0 <= row < n_rows:
        raise IndexError(f"There is no row {row}: {fitted.table.name!r} has rows 0 to {n_rows - 1}.")
    places = fitted.points[["mean_x", "mean_y"]].to_numpy()
    rows, distances = neighbours.nearest(fitted.X, row, n_neighbors)
    mapped, _ = neighbours.nearest(places, row, n_neighbors)
    x, y = places[rows].T
    beside = {"row_id": rows, "distance": distances, "kept": np.isin(rows, mapped), "mean_x": x, "mean_y": y}
    everything = fitted.points["log_likelihood"].to_numpy()
    sheet = fitted.model.manifold_
    own = landscape.mean_responsibilities(sheet, fitted.X[[row]])
    return Point(
        row,
        tuple(places[row].tolist()),
        landscape.nodes(sheet, own, "responsibility"),
        modes(sheet, fitted.X[row]),
        pd.DataFrame(beside),
        float(everything[row]),
        float(percentiles(everything[[row]], everything)[0]),
        outliers(everything)[0],
    )


def modes(manifold: Manifold, x: np.ndarray, least: float = MODE_SHARE) -> pd.DataFrame:
    """The modes of a row's responsibilities on the grid.

    Parameters
    ----------
    manifold : Manifold
    x : ndarray (D,)
        A row in the space in which the manifold was fitted.
    least : float, default 0.1
        A node counts that is more responsible than its eight neighbours, and at least this share of the largest.

    Returns
    -------
    DataFrame
        One row a mode, the most responsible first: `node`, `x`, `y`, `responsibility`.
    """
    R, _ = responsibilities(manifold, np.atleast_2d(x))
    peaks, count = _peaks(R, manifold.grid.k, least)
    firsts = [np.flatnonzero(peaks[0].ravel() == i)[0] for i in range(1, count + 1)]
    found = np.array(sorted(firsts, key=lambda node: -R[0, node]), dtype=np.int64)
    return landscape.nodes(manifold, R[0].astype(np.float64), "responsibility").iloc[found].reset_index(drop=True)


def mode_counts(manifold: Manifold, X: np.ndarray, least: float = MODE_SHARE) -> np.ndarray:
    """How many modes each row has, (N, D) -> (N,) of int: those with more than one are torn.

    Parameters
    ----------
    manifold, least
        As in `modes`.
    X : ndarray (N, D)
        Worked in tiles.
    """

    def count(found: Posterior) -> np.ndarray:
        R = found.responsibilities()
        peaks, total = _peaks(R, manifold.grid.k, least)
        _, first = np.unique(peaks, return_index=True)
        of_row = first[-total:] // R.shape[1]
        return np.bincount(of_row, minlength=len(R))

    return by_posterior(manifold, as_source(X), count)


def _peaks(R: np.ndarray, k: int, least: float) -> tuple[np.ndarray, int]:
    """Local maxima of each row, (n, k, k): 1, 2, ... by mode and 0 elsewhere; and how many there are.

    Equal neighbours are one mode.
    """
    grid = np.ascontiguousarray(R).reshape(-1, k, k)
    highest = grid.max(axis=(1, 2), keepdims=True)
    peak = (grid == maximum_filter(grid, size=(1, 3, 3), mode="constant")) & (grid >= least * highest)
    return label(peak, TOUCHING)


def percentiles(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Share of `reference`, in percent, that is smaller, ties counted half: (n,) values -> (n,) from 0 to 100."""
    reference = np.sort(reference)
    below, up_to = (np.searchsorted(reference, values, side=side) for side in ("left", "right"))
    return 50 * (below + up_to) / len(reference)


def outliers(log_likelihood: np.ndarray, share: float = OUTLIER_SHARE) -> tuple[float, np.ndarray]:
    """The rows that the map explains worst.

    Parameters
    ----------
    log_likelihood : ndarray (N,)
    share : float, default 0.01
        How many, as a share of the rows, 0 to 1.

    Returns
    -------
    threshold : float
        The quantile at `share`.
    mask : ndarray (N,) of bool
        Whether each row lies below it.
    """
    threshold = float(np.quantile(log_likelihood, share))
    return threshold, log_likelihood < threshold

"""What a fitted manifold says of rows, nodes and features: plain tables for charts, reports and the dashboard."""

from collections.abc import Callable
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from igtm.engine import manifold as gtm
from igtm.engine.kernel import Posterior, responsibilities
from igtm.engine.manifold import Manifold
from igtm.engine.passes import by_posterior, tile_rows
from igtm.rows.source import block_slices
from igtm.rows.sources import as_source
from igtm.rows.threads import in_order


def points(manifold: Manifold, X: np.ndarray) -> pd.DataFrame:
    """Where each row lies on the map, one row a row of `X`, in its order.

    Parameters
    ----------
    manifold : Manifold
    X : ndarray (N, D)
        In the space in which the manifold was fitted.

    Returns
    -------
    DataFrame (N, 8)
        `row_id` (0 to N - 1), `mean_x`, `mean_y`, `mode_x`, `mode_y`, `node` (most responsible), `log_likelihood`
        (natural logarithm) and `entropy` of the responsibilities (natural logarithm, 0 to log K).
    """

    def place(found: Posterior) -> np.ndarray:
        R = found.responsibilities()
        node = R.argmax(axis=1)
        return np.column_stack([R @ manifold.nodes, manifold.nodes[node], node, found.log_likelihood(), entropy(R)])

    names = ["mean_x", "mean_y", "mode_x", "mode_y", "node", "log_likelihood", "entropy"]
    frame = pd.DataFrame(by_posterior(manifold, as_source(X), place), columns=names)
    frame.insert(0, "row_id", np.arange(len(frame)))
    return frame.astype({"node": np.int64})


def entropy(R: np.ndarray) -> np.ndarray:
    """Entropy of responsibilities along the last axis, natural logarithm: 0 for one sure node, log K for none."""
    return -np.vecdot(R, np.log(np.maximum(R, np.finfo(R.dtype).tiny)))


def certainty(entropy: float, n_nodes: int) -> tuple[float, str]:
    """An entropy as a share of the largest possible, log K, and that share in words."""
    share = float(entropy) / np.log(n_nodes) if n_nodes > 1 else 0.0
    words = {0.1: "sure", 0.35: "fairly sure", 0.6: "unsure"}
    return share, next((word for below, word in words.items() if share < below), "very unsure")


def nodes(manifold: Manifold, values: np.ndarray, name: str) -> pd.DataFrame:
    """One value a node as a table: `node`, `x`, `y` and the value under `name`; K rows."""
    x, y = manifold.nodes.T
    return pd.DataFrame({"node": np.arange(len(x)), "x": x, "y": y, name: values})


def mean_responsibilities(manifold: Manifold, X: np.ndarray) -> np.ndarray:
    """Responsibilities averaged over the rows of `X`, (K,); they sum to 1."""
    total = by_posterior(manifold, as_source(X), lambda found: found.responsibilities().sum(axis=0, keepdims=True))
    return total.sum(axis=0) / len(X)


def node_shares(manifold: Manifold, X: np.ndarray, node: int) -> np.ndarray:
    """How far `node` is responsible for each row, (N,), 0 to 1; their sum is the rows that it explains."""
    return by_posterior(manifold, as_source(X), lambda found: found.responsibilities()[:, node].copy())


def node_sums(
    manifold: Manifold, X: np.ndarray, values: np.ndarray, encode: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Sums over rows by node, weighted by responsibility, in one pass that never holds N numbers for each node.

    Parameters
    ----------
    manifold : Manifold
    X : ndarray (N, D)
    values : ndarray (N,)
        One value a row.
    encode : callable, ndarray (n,) -> ndarray (n, C)
        What is summed, made of the values of a tile.

    Returns
    -------
    ndarray (K, C)
    """

    def sum_up(tile, part):
        return responsibilities(manifold, tile)[0].T @ encode(part)

    parts = ((X[part], values[part]) for part in block_slices(len(X), tile_rows(manifold, X.dtype)))
    return reduce(add, in_order(sum_up, parts))


def strongest(shares: np.ndarray, least: float = 0.001, limit: int = 1000) -> np.ndarray:
    """Positions of the shares of more than `least`, the largest first, at most `limit` of them."""
    return np.argsort(-shares, kind="stable")[: min(limit, np.count_nonzero(shares > least))]


def prototype(manifold: Manifold, node: int) -> np.ndarray:
    """The node's point in the space in which the manifold was fitted, (1, D)."""
    return gtm.decode(manifold, np.eye(1, len(manifold.nodes), node))


def inside(x: np.ndarray, y: np.ndarray, bounds: dict) -> np.ndarray:
    """Positions of the points within ``{"x": [from, to], "y": [from, to]}``, ends included, ascending."""
    (left, right), (bottom, top) = bounds["x"], bounds["y"]
    return np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))


def sample_rows(frame: pd.DataFrame, limit: int, seed: int = 0) -> np.ndarray:
    """Positions of at most about `limit` rows, ascending: a random sample in which no class of a column is lost.

    Parameters
    ----------
    frame : DataFrame (N, C)
        Text, categorical and boolean columns of up to 100 classes count.
    limit : int
        Rows wanted; all of them where N is no more. Classes that the sample missed add a row each.
    seed : int, default 0

    Returns
    -------
    ndarray of int
    """
    if len(frame) <= limit:
        return np.arange(len(frame))
    order = np.random.default_rng(seed).permutation(len(frame))
    kept = [order[:limit]]
    for column in frame.select_dtypes(include=["object", "str", "category", "bool"]):
        codes, classes = pd.factorize(frame[column])
        if len(classes) <= 100:
            missed = np.setdiff1d(np.unique(codes), codes[kept[0]])
            kept.append(np.array([np.flatnonzero(codes == code)[0] for code in missed], dtype=np.int64))
    return np.unique(np.concatenate(kept))

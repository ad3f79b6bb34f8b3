"""A sample of the rows of a source, weighted so that its sums stand for those of all rows."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse

from igtm.rows.blocks import Blocks
from igtm.rows.source import Source
from igtm.rows.sources import as_source
from igtm.rows.threads import in_order
from igtm.rows.tile import tile_of


def drawn(
    source: Source,
    size: int,
    centre: np.ndarray,
    total: float,
    energy: float,
    seed: int,
    n_blocks: int = 0,
    cancelled: Callable[[], bool] | None = None,
) -> Source:
    """About `size` rows in memory, each drawn by itself, far ones sooner than near ones, in one reading.

    Parameters
    ----------
    source : Source
    size : int
        Rows to expect.
    centre : ndarray (D,)
        From where distances are taken.
    total, energy : float
        Sums over all rows, weighted: of 1, and of ‖x - centre‖².
    seed : int
        Draws the same rows again, however the source is cut into blocks.
    n_blocks : int, default 0
        As in `eIGTM`.
    cancelled : callable -> bool, optional
        As in `in_order`.

    Notes
    -----
    Half of the sample goes by weight and half by weighted squared distance: few rows that lie very far out move a
    manifold as much as all others together, and have to be in it. A row that has the chance π to be drawn then
    counts w/π (Horvitz & Thompson, 1952).
    """
    rng = np.random.default_rng(seed)
    centre = centre.astype(source.dtype)

    def lots() -> Iterator[tuple]:
        for X, weights in Blocks(source, n_blocks):
            yield X, weights, rng.random(X.shape[0])

    def draw(X, weights, lot):
        squares = tile_of(X, centre).squares()
        weights = np.ones(len(squares)) if weights is None else weights
        chance = size / 2 * weights * (1 / total + (squares / energy if energy > 0 else 1 / total))
        kept = lot < chance
        return X[kept], weights[kept] / np.minimum(chance[kept], 1)

    rows, weights = zip(*in_order(draw, lots(), cancelled), strict=True)
    stacked = sparse.vstack(rows, format="csr") if source.sparse else np.concatenate(rows)
    return as_source(stacked, np.concatenate(weights))

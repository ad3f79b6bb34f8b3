"""How one pass over the rows is executed on this machine: tiles on a pool of threads."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial, reduce
from math import ceil
from operator import add
from threading import local

import numpy as np

from igtm.engine import manifold as gtm
from igtm.engine.covariance import WIDE, moments_of_products
from igtm.engine.em import Statistics
from igtm.engine.kernel import Kernel, Posterior, Sums, statistics
from igtm.engine.manifold import Manifold
from igtm.engine.ways import sums_loops
from igtm.rows.blocks import Blocks, Moments
from igtm.rows.blocks import moments as moments_of
from igtm.rows.source import Source
from igtm.rows.threads import in_order

TILE_BYTES = 6 << 20  # a tile with its scratch should stay in the caches; smaller ones make threads meet more often
TILE_ROWS = (64, 3600)  # no power of two: rows of arrays would then share their cache lines
TASK_TILES = 4  # tiles that a thread works in one go: threads that hand over tile by tile wait for each other
TASKS = 16

# What a fitted manifold can say of each row.
OUTPUTS = {
    "means": lambda manifold, found: gtm.means(manifold, found.responsibilities()),
    "modes": lambda manifold, found: gtm.modes(manifold, found.responsibilities()),
    "responsibilities": lambda manifold, found: found.responsibilities().copy(),
    "log_likelihood": lambda manifold, found: found.log_likelihood(),
}


def tile_rows(manifold: Manifold, dtype: np.dtype, sparse: bool = False, scores: bool = True) -> int:
    """Rows of a tile whose working set fits the cache: 2P + K + D numbers a row.

    Of sparse rows none of the D count, and none of the K where the scores of all rows at once aren't needed.
    """
    n_basis, n_features = manifold.weights.shape
    numbers = 2 * n_basis + (len(manifold.nodes) if scores else 0) + (0 if sparse else n_features)
    row_bytes = numbers * np.dtype(dtype).itemsize
    return int(np.clip(TILE_BYTES // row_bytes, *TILE_ROWS))


def statistics_rows(manifold: Manifold, dtype: np.dtype, sparse: bool = False) -> int:
    """Rows of a tile of which statistics are asked and no more."""
    return tile_rows(manifold, dtype, sparse, scores=sums_loops(manifold, dtype) is None)


def tiles(blocks: Iterable, rows: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Cut each block into tiles of at most `rows` rows, in order."""
    with closing(iter(blocks)) as read:
        for X, weights in read:
            yield from cut(X, weights, rows)


def cut(X: np.ndarray, weights: np.ndarray | None, rows: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """Cut rows into even tiles of at most `rows`, in order; no rows are one such tile."""
    n_rows = max(X.shape[0], 1)
    rows = ceil(n_rows / ceil(n_rows / rows))
    for first in range(0, n_rows, rows):
        tile = slice(first, first + rows)
        yield X[tile], None if weights is None else weights[tile]


def tasks(blocks: Blocks, rows: int) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
    """What a thread works in one go, in tiles of at most `rows`; rows at hand need not be read block by block.

    Of those, a few tasks are a power of two, so that threads end together.
    """
    source, size = blocks.source, TASK_TILES * rows
    if not source.at_hand:
        return tiles(blocks, size)
    n_tiles = ceil(source.n_rows / rows)
    n_tasks = min(TASKS * ceil(source.n_rows / (TASKS * size)), 1 << (n_tiles - 1).bit_length())
    return source.blocks(ceil(source.n_rows / n_tasks))


def in_tiles(kernel: Kernel, X: np.ndarray, weights: np.ndarray | None, rows: int, known: bool = False) -> Sums:
    """Sums over rows of any number, worked in tiles of at most `rows`, which the kernel takes."""
    return reduce(add, (kernel.sums(*tile, known) for tile in cut(X, weights, rows)))


class ThreadedExpectation:
    """An expectation over blocks of rows in this process.

    Tiles are summed in their order, so the result does not depend on the number of threads. What they sum to under any
    manifold is kept.

    Parameters
    ----------
    blocks : Blocks
    cancelled : callable -> bool, optional
        Asked during a pass; True ends it with `Cancelled`.
    """

    def __init__(self, blocks: Blocks, cancelled: Callable[[], bool] | None = None):
        self.blocks = blocks
        self.cancelled = cancelled
        self._totals = self._offset = self._rows = None

    def __call__(self, manifold: Manifold) -> Statistics:
        """Statistics of all rows under `manifold`."""
        dtype = self.blocks.dtype
        rows = statistics_rows(manifold, dtype, self.blocks.source.sparse)
        known = self._offset is manifold.offset and self._rows == rows  # other tiles would round otherwise
        worker = local()

        def expect(X, weights):
            if not hasattr(worker, "kernel"):
                worker.kernel = Kernel(manifold, dtype, rows)
            return in_tiles(worker.kernel, X, weights, rows, known)

        with closing(tasks(self.blocks, rows)) as works:
            sums = reduce(add, in_order(expect, works, self.cancelled))
        if not known:
            self._totals, self._offset, self._rows = sums.totals, manifold.offset, rows
        return statistics(manifold, dtype, sums, self._totals)


def by_posterior(manifold: Manifold, source: Source, function: Callable[[Posterior], np.ndarray]) -> np.ndarray:
    """Apply `function` to the posterior of tiles of rows on threads and lay the results end to end.

    Parameters
    ----------
    manifold : Manifold
    source : Source
    function : callable, Posterior of n rows -> ndarray (n, ...)
        Its result must not share memory with the posterior.
    """
    rows = tile_rows(manifold, source.dtype, source.sparse)
    worker = local()

    def work(tile, _):
        if not hasattr(worker, "kernel"):
            worker.kernel = Kernel(manifold, source.dtype, rows)
        return function(worker.kernel.posterior(tile))

    return np.concatenate(list(in_order(work, tiles(Blocks(source), rows))))


# What a backend offers


def held(source: Source) -> Source:
    """The rows as passes after passes reach them fastest: where they are."""
    return source


def moments(source: Source, n_blocks: int = 0) -> Moments:
    """Moments of all rows."""
    as_operator = source.sparse or source.n_features > WIDE
    return (moments_of_products if as_operator else moments_of)(Blocks(source, n_blocks))


def expectation(source: Source, n_blocks: int = 0, cancelled: Callable[[], bool] | None = None) -> ThreadedExpectation:
    """What makes passes over the rows."""
    return ThreadedExpectation(Blocks(source, n_blocks), cancelled)


def place(manifold: Manifold, source: Source, output: str) -> np.ndarray:
    """What `output`, a key of `OUTPUTS`, names for each row."""
    return by_posterior(manifold, source, partial(OUTPUTS[output], manifold))

"""Passes over rows in Dask collections: one Manifold goes out to the workers, one Statistics comes back.

All of it runs under whichever Dask scheduler is active, a cluster or the threads of this process.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from operator import add
from threading import Event
from uuid import uuid4

import dask
import dask.array as da
import numpy as np
from dask.base import get_scheduler
from dask.callbacks import Callback
from dask.core import flatten
from dask.delayed import Delayed, delayed
from dask.highlevelgraph import HighLevelGraph

from igtm.engine.em import Statistics
from igtm.engine.kernel import Kernel, statistics
from igtm.engine.manifold import Manifold
from igtm.engine.passes import OUTPUTS, cut, in_tiles, statistics_rows, tile_rows
from igtm.rows.blocks import Moments
from igtm.rows.partitions import Partitions
from igtm.rows.threads import Cancelled, single_threaded_blas

FAN_IN = 8  # how many results one task adds up
SHARE_OF_MEMORY = 0.5  # of all workers, which the rows of a fit may take
POLL_SECONDS = 0.1  # between two looks at whether a pass is cancelled


def moments(source: Partitions, n_blocks: int = 0) -> Moments:
    """Moments of all rows, in one pass; partitions are the blocks, whatever `n_blocks` says."""
    found = _computed(_sum(source, Moments.of))
    if found.n == 0:
        raise ValueError("X has no rows, or sample_weight is 0 for all of them: give at least one that counts.")
    return found


def expectation(source: Partitions, n_blocks: int = 0, cancelled: Callable[[], bool] | None = None):
    """What makes passes over the rows; `n_blocks` as in `moments`."""
    return ClusterExpectation(source, cancelled)


class ClusterExpectation:
    """An expectation over the rows of a Dask collection.

    A pass makes one task a partition and adds their results in a tree of fixed shape, so that the statistics do not
    depend on who worked when, nor on workers that were lost.

    Parameters
    ----------
    source : Partitions
    cancelled : callable -> bool, optional
        Asked during a pass; True ends it with `Cancelled`.
    """

    def __init__(self, source: Partitions, cancelled: Callable[[], bool] | None = None):
        self.source = source
        self.cancelled = cancelled

    def __call__(self, manifold: Manifold) -> Statistics:
        """Statistics of all rows under `manifold`."""
        return _computed(_sum(self.source, _expect, _lean(manifold)), self.cancelled)


def held(source: Partitions) -> Partitions:
    """The same rows, kept by the workers of a cluster for as long as the returned value lives, where that helps.

    Otherwise each pass reads them again from where they come from. They are left there if the user has persisted
    them, or anything that they are made of; if they would take more than half of the workers' memory; and without a
    cluster, where Dask is what keeps a large table out of this process.
    """
    source, client = source.counted, _client()
    if client is not None and client.futures_of(source.X):
        return source
    size = source.n_rows * source.n_features * source.dtype.itemsize
    fits = client is not None and size <= SHARE_OF_MEMORY * _memory(client)
    X, weights = (dask.persist if fits else dask.optimize)(source.X, source.weights)
    return replace(source, X=X, weights=weights)


def place(manifold: Manifold, source: Partitions, output: str) -> da.Array:
    """What `output` names for each row, as a Dask array that has not been computed.

    Parameters
    ----------
    manifold : Manifold
    source : Partitions
    output : str
        A key of `passes.OUTPUTS`.
    """
    meta = _place(np.empty((0, source.n_features), source.dtype), manifold, output)
    shape = {"drop_axis": 1} if meta.ndim == 1 else {"chunks": (source.X.chunks[0], meta.shape[1:])}
    return source.X.map_blocks(_place, delayed(_lean(manifold)), output, meta=meta, **shape)


# Tasks: each works with one thread, and a worker runs as many at a time as it has threads.


def _expect(X: np.ndarray, weights: np.ndarray | None, manifold: Manifold) -> Statistics:
    rows = statistics_rows(manifold, X.dtype)
    kernel = Kernel(manifold, X.dtype, rows)
    with single_threaded_blas():
        sums = in_tiles(kernel, X, weights, rows)
    return statistics(manifold, X.dtype, sums, sums.totals)


def _place(X: np.ndarray, manifold: Manifold, output: str) -> np.ndarray:
    rows = tile_rows(manifold, X.dtype)
    kernel = Kernel(manifold, X.dtype, rows)
    with single_threaded_blas():
        placed = [OUTPUTS[output](manifold, kernel.posterior(tile)) for tile, _ in cut(X, None, rows)]
    return np.concatenate(placed)


def _of_partition(function: Callable, X: np.ndarray, weights: np.ndarray | None, *shared):
    if weights is not None and len(weights) != len(X):
        raise ValueError(
            f"sample_weight has {len(weights)} rows in a partition where X has {len(X)}: cut both in the same way, "
            "or give the name of a column of X."
        )
    return function(X, weights, *shared)


def _total(parts: list):
    return reduce(add, parts)


# Graphs


def _lean(manifold: Manifold) -> Manifold:
    """A copy without what was worked out from it on the way and need not travel."""
    return replace(manifold, grid=replace(manifold.grid))


def _sum(source: Partitions, function: Callable, *shared) -> Delayed:
    """Sum of function(X, weights, *shared) over the partitions.

    The graph is written by hand: made of `delayed` calls, it takes a second for 2,000 partitions, at each pass.
    """
    name = f"{function.__qualname__}-{uuid4().hex}"
    shared_keys = [(name, "shared", i) for i in range(len(shared))]
    graph = dict(zip(shared_keys, shared, strict=True))
    blocks = list(flatten(source.X.__dask_keys__()))
    weights = [None] * len(blocks) if source.weights is None else source.weights.__dask_keys__()
    level = [(name, 0, i) for i in range(len(blocks))]
    for key, X, w in zip(level, blocks, weights, strict=True):
        graph[key] = (_of_partition, function, X, w, *shared_keys)
    height = 0
    while len(level) > 1:
        height += 1
        groups = [level[first : first + FAN_IN] for first in range(0, len(level), FAN_IN)]
        level = [(name, height, i) for i in range(len(groups))]
        graph.update({key: (_total, group) for key, group in zip(level, groups, strict=True)})
    below = [part for part in (source.X, source.weights) if part is not None]
    return Delayed(level[0], HighLevelGraph.from_collections(name, graph, dependencies=below), layer=name)


def _memory(client) -> float:
    """Bytes that the workers may take together, infinite if one has no limit."""
    return sum(worker["memory_limit"] or np.inf for worker in client.scheduler_info()["workers"].values())


def _client():
    """The client of the active cluster, or None where Dask computes in this process."""
    return getattr(get_scheduler(), "__self__", None)


def _computed(result: Delayed, cancelled: Callable[[], bool] | None = None):
    """The value of `result`; raises `Cancelled` where `cancelled` says so before it is known."""
    client = _client()
    if client is None:
        with Callback(pretask=lambda *_: _check(cancelled)):
            return result.compute()
    future, done = client.compute(result), Event()
    future.add_done_callback(lambda _: done.set())
    try:
        _check(cancelled)
        while not done.wait(POLL_SECONDS):
            _check(cancelled)
        return future.result()
    finally:
        future.release()


def _check(cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise Cancelled

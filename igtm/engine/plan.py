"""What a fit will cost, said before it starts."""

from dataclasses import dataclass
from math import ceil
from time import perf_counter

import numpy as np

from igtm.engine.fitting import automatic_sizes
from igtm.engine.kernel import Kernel
from igtm.engine.manifold import Grid, Manifold
from igtm.engine.passes import statistics_rows
from igtm.rows.blocks import automatic_blocks
from igtm.rows.threads import single_threaded_blas


@dataclass(frozen=True)
class Plan:
    """Size and cost of a fit.

    Parameters
    ----------
    k, m, n_blocks : int
        With what was automatic decided.
    block_rows : int
        Rows of a block.
    memory : int
        Bytes that a pass needs beside the data: (block rows) × (2K + 2P + D) numbers.
    pass_seconds : float
        Estimated time of one EM iteration on this machine.
    """

    k: int
    m: int
    n_blocks: int
    block_rows: int
    memory: int
    pass_seconds: float


def plan(n_rows: int, n_features: int, *, k: int, m: int, s: float, n_blocks: int) -> Plan:
    """Work out the size of a fit, and time one tile of its shape to tell how long a pass takes.

    Parameters
    ----------
    n_rows, n_features : int
        Shape of the table as it will be fitted, both at least 1.
    k, m, s, n_blocks : as in `eIGTM`, 0 for automatic
    """
    k, m = automatic_sizes(n_rows, k, m)
    n_blocks = min(n_blocks or automatic_blocks(n_rows), n_rows)
    block_rows = ceil(n_rows / n_blocks)
    numbers = 2 * k**2 + 2 * (m**2 + 1) + n_features
    return Plan(k, m, n_blocks, block_rows, 8 * block_rows * numbers, _time_pass(n_rows, n_features, Grid(k, m, s)))


def _time_pass(n_rows: int, n_features: int, grid: Grid) -> float:
    """Time one tile of noise, the second of two, and count how many a pass takes on all threads."""
    generator = np.random.default_rng(0)
    weights = generator.standard_normal((grid.m**2 + 1, n_features))
    manifold = Manifold(grid, weights, np.zeros(n_features), 1.0, 1.0)
    rows = min(n_rows, statistics_rows(manifold, np.float64))
    tile = generator.standard_normal((rows, n_features))
    with single_threaded_blas() as threads:
        kernel = Kernel(manifold, tile.dtype, rows)
        kernel.sums(tile, known=True)
        began = perf_counter()
        kernel.sums(tile, known=True)
        return (perf_counter() - began) * ceil(n_rows / rows) / threads

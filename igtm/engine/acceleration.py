"""EM with fewer passes: between two passes over all rows, a sample of them tells how the statistics change.

The contract is that of `em`: Steps without end, F of the next never below F of the one before, and going on from a
Step is as if never interrupted, for a step depends on nothing but the manifold before it.
"""

from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

from igtm.engine.em import Expectation, Statistics, Step, maximise, objective, residual
from igtm.engine.manifold import Manifold

# The sample is this share of the rows, and a step makes so many EM updates on it: half a pass for all of them.
SHARE = 1 / 20
UPDATES = 10
# A sample needs so many rows for each weight; where it is then so large that a step could not make as many updates
# for the price of one pass, plain EM is as fast.
ROWS_A_WEIGHT = 10
LEAST_UPDATES = 5
# Numbers in the sample, which is held in memory.
MOST_NUMBERS = 1 << 24
# EM updates of a step that cannot trust the sample.
RECOVERY = 4


def plan_sample(n_rows: int, n_basis: int, n_features: int) -> tuple[int, int]:
    """How many rows to draw, and how many updates to make on them for each pass over all rows.

    Parameters
    ----------
    n_rows, n_basis, n_features : int
        N, P and D.

    Returns
    -------
    rows, updates : int
        Both 0 where a table is so small, or so wide, that plain EM is as fast.
    """
    least = ROWS_A_WEIGHT * n_basis * n_features
    rows = min(max(int(SHARE * n_rows), least), MOST_NUMBERS // n_features)
    if rows < least or n_rows < LEAST_UPDATES * rows:
        return 0, 0
    return rows, min(UPDATES, n_rows // rows)


def accelerated_em(
    manifold: Manifold,
    expectation: Expectation,
    sampled: Callable[[Manifold, Statistics], Expectation],
    updates: int,
    regul: float,
    n_iter: int = 0,
) -> Iterator[Step]:
    """Steps of variance-reduced EM, the given manifold first, without end.

    Parameters
    ----------
    manifold : Manifold
        Where to begin; a manifold from an earlier Step goes on bit for bit as if never interrupted.
    expectation : callable, Manifold -> Statistics
        Over all rows: one pass a step, `RECOVERY` more in a step that cannot trust the sample.
    sampled : callable, (Manifold, Statistics) -> expectation
        Given the first step's, draws a sample of the rows, weighted so as to stand for all of them.
    updates : int
        EM updates of a step on the sample, beside the one on all rows.
    regul : float
        λ, >= 0.
    n_iter : int, default 0
        Count of the steps already behind `manifold`.

    Yields
    ------
    Step

    Notes
    -----
    A step begins with an EM update on all rows. The updates after it replace the statistics S of all rows, which
    would cost a pass, by S(θ₀) + s(θ) - s(θ₀), s those of the sample: a control variate, as in the variance-reduced
    EM of Chen, Zhu, Teh & Zhang (2018, Stochastic Expectation Maximization with Variance Reduction). Where EM stands
    still, so does this.

    From the statistics alone it is known by how much an EM update raises F at the least, and near a maximum it raises
    F by no more than twice this. A step that does not gain as much is dropped for `RECOVERY` plain EM updates. So a
    gain below `tol` means that an EM update would gain less than about 2 `tol`.
    """
    began = perf_counter()
    statistics = expectation(manifold)
    reached = objective(manifold, statistics, regul)
    yield Step(n_iter, manifold, statistics, reached, np.inf, perf_counter() - began)
    sample = sampled(manifold, statistics)
    while True:
        began, previous = perf_counter(), reached
        manifold, statistics = _advance(manifold, statistics, expectation, sample, updates, regul)
        reached = objective(manifold, statistics, regul)
        n_iter += 1
        yield Step(n_iter, manifold, statistics, reached, reached - previous, perf_counter() - began)


def _advance(
    manifold: Manifold,
    statistics: Statistics,
    expectation: Expectation,
    sample: Expectation,
    updates: int,
    regul: float,
) -> tuple[Manifold, Statistics]:
    """The next manifold and the statistics there."""
    update = maximise(manifold, statistics, regul)
    least_gain = _bound(update, statistics, regul) - _bound(manifold, statistics, regul)
    ahead = _look_ahead(manifold, update, statistics, sample, updates, regul)
    found = expectation(ahead)
    if objective(ahead, found, regul) - objective(manifold, statistics, regul) >= least_gain:
        return ahead, found
    for _ in range(RECOVERY):
        manifold = maximise(manifold, statistics, regul)
        statistics = expectation(manifold)
    return manifold, statistics


def _look_ahead(
    manifold: Manifold,
    update: Manifold,
    statistics: Statistics,
    sample: Expectation,
    updates: int,
    regul: float,
) -> Manifold:
    """Where `updates` more lead, after the first one, if the sample tells how the statistics change."""
    before = sample(manifold)
    for _ in range(updates):
        update = maximise(update, corrected(statistics, before, sample(update)), regul)
    return update


def corrected(statistics: Statistics, before: Statistics, after: Statistics) -> Statistics:
    """Statistics of all rows at one manifold, moved as those of the sample moved from there to another.

    Their log-likelihood is no one's: that a mass below 0 is cut off leaves no function of which it were the value.
    """
    return Statistics(
        statistics.n,
        np.maximum(statistics.mass + (after.mass - before.mass), 0),
        statistics.moment + (after.moment - before.moment),
        statistics.energy,
        np.nan,
    )


def _bound(manifold: Manifold, statistics: Statistics, regul: float) -> float:
    """What EM maximises, per row, up to a constant: it rises by no more than F does."""
    scale = statistics.n * manifold.n_features / 2 * np.log(manifold.noise_variance)
    penalty = regul / 2 * float(np.vdot(manifold.weights, manifold.weights))
    return -(residual(manifold, statistics) / (2 * manifold.noise_variance) + scale + penalty) / statistics.n

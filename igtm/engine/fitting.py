"""A fit from a source of rows: where it starts, which passes and steps it makes, and when it ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from igtm.engine import manifold as gtm
from igtm.engine.acceleration import accelerated_em, plan_sample
from igtm.engine.backends import backend
from igtm.engine.em import Expectation, Statistics, Step, em
from igtm.engine.manifold import Grid, Manifold
from igtm.engine.sampling import drawn
from igtm.rows.source import Rows, Source
from igtm.rows.threads import Cancelled

# Relative, of float64 sums over very many rows that are cut into other blocks or taken on another machine.
ROUNDING = 1e-10


@dataclass(frozen=True)
class Settings:
    """The parameters of `eIGTM` on which a fit depends; see there."""

    k: int
    m: int
    s: float
    regul: float
    niter: int
    tol: float
    n_blocks: int
    algorithm: str = "em"
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """How far an earlier fit came: enough to go on bit for bit as if it had not ended.

    Parameters
    ----------
    manifold : Manifold
    n_iter : int
        EM updates behind it.
    log_likelihoods, objectives : sequence of n_iter + 1 floats
        Per row, from the start on.
    began : int, optional
        Updates behind the manifold where the fit began that was broken off here: it is gone on with, over the same
        rows and for the rest of its iterations. Where None, a new fit begins here.
    """

    manifold: Manifold
    n_iter: int
    log_likelihoods: np.ndarray
    objectives: np.ndarray
    began: int | None = None


class Fit:
    """One fit: iterating makes its steps, the start first; what it has come to can be read at any time.

    Parameters
    ----------
    source : Source or the like
    settings : Settings
    cancelled : callable -> bool, optional
        Asked many times during a pass; once True, the pass under way is dropped and the iteration ends.
    progress : Progress, optional
        Where to go on from.

    Attributes
    ----------
    step : Step or None
        The last complete one.
    log_likelihoods, objectives : list of float
        Of all steps so far, those before `progress` included.
    reason : {'stopped', 'tol', 'niter'}
        Why the iteration ended; 'stopped' for as long as it has not by itself.
    """

    def __init__(
        self,
        source: Rows,
        settings: Settings,
        cancelled: Callable[[], bool] | None = None,
        progress: Progress | None = None,
    ):
        self.source = source
        self.settings = settings
        self.cancelled = cancelled
        self.progress = progress
        self.step = None
        self.reason = "stopped"
        # The first step takes the pass at `progress.manifold` once more.
        self.log_likelihoods = [] if progress is None else list(progress.log_likelihoods[:-1])
        self.objectives = [] if progress is None else list(progress.objectives[:-1])

    def __iter__(self) -> Iterator[Step]:
        settings, progress = self.settings, self.progress
        source = backend(self.source).held(self.source)
        if progress is None:
            first, n_iter = start(source, settings), 0
        else:
            first, n_iter = progress.manifold, progress.n_iter
            check_same_grid(first.grid, settings)
        passes = expectation(source, settings.n_blocks, self.cancelled)
        made, left = steps(first, passes, source, settings, n_iter, self.cancelled), settings.niter
        if progress is not None and progress.began is not None:
            made = taken_up(made, progress, self.source.dtype)
            left -= n_iter - progress.began
        try:
            for step in islice(made, left + 1):
                self.step = step
                self.log_likelihoods.append(step.log_likelihood)
                self.objectives.append(step.objective)
                yield step
                if settings.tol > 0 and step.gain < settings.tol:  # rounding may make a gain negative
                    self.reason = "tol"
                    return
            self.reason = "niter"
        except Cancelled:
            pass


def steps(
    first: Manifold,
    passes: Expectation,
    source: Rows,
    settings: Settings,
    n_iter: int,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Step]:
    """Steps without end from the manifold `first`, with `n_iter` of them behind it, by the algorithm of `settings`."""
    if settings.algorithm == "em":
        return em(first, passes, settings.regul, n_iter)
    if not isinstance(source, Source):
        raise ValueError(
            "algorithm='accelerated' draws its sample in this process, and these rows lie elsewhere: set "
            "algorithm='em', or give the rows as a file, an array or a data frame in memory."
        )
    rows, updates = plan_sample(source.n_rows, *first.weights.shape)
    if not rows:
        return em(first, passes, settings.regul, n_iter)

    def sampled(manifold: Manifold, found: Statistics) -> Expectation:
        sample = drawn(
            source, rows, manifold.offset, found.n, found.energy, settings.seed, settings.n_blocks, cancelled
        )
        return expectation(sample, cancelled=cancelled)

    return accelerated_em(first, passes, sampled, updates, settings.regul, n_iter)


def taken_up(made: Iterator[Step], progress: Progress, dtype: np.dtype) -> Iterator[Step]:
    """The steps `made` from `progress` on, as if they had followed those before it.

    The first of them makes anew the pass that `progress` has behind it. So it tells whether the rows are the same.

    Raises
    ------
    ValueError
        If the log-likelihood of the first is not, to what `dtype` can tell, the last one of `progress`.
    """
    step, expected = next(made), progress.log_likelihoods[-1]
    # ℓ is the difference of numbers of this size.
    size = abs(expected) + step.statistics.energy / (step.statistics.n * step.manifold.noise_variance)
    if not abs(step.log_likelihood - expected) <= max(ROUNDING, np.finfo(dtype).eps) * size:
        raise ValueError(
            f"The checkpoint is of a fit to other rows or with other sample weights: at iteration {step.n_iter} its "
            f"log-likelihood per row is {expected:.12g}, and that of these is {step.log_likelihood:.12g}. Delete it "
            "to fit anew, or give another checkpoint."
        )
    if progress.n_iter > progress.began:
        step = replace(step, gain=step.objective - progress.objectives[-2])
    yield step
    yield from made


def expectation(source: Rows, n_blocks: int = 0, cancelled: Callable[[], bool] | None = None) -> Expectation:
    """What makes a pass over the rows of `source`, Manifold -> Statistics."""
    return backend(source).expectation(source, n_blocks, cancelled)


def start(source: Rows, settings: Settings) -> Manifold:
    """The manifold along the first two principal components of the rows.

    Raises
    ------
    ValueError
        If the rows are so large or so small that their squares are not numbers in their own precision.
    """
    k, m = automatic_sizes(source.n_rows, settings.k, settings.m)
    found = backend(source).moments(source, settings.n_blocks)
    extent = np.abs(found.mean).max() + np.sqrt(found.scatter.trace() / found.n)
    # Squares, and products with 1/β, must be numbers in the precision of the rows.
    smallest, largest = np.finfo(source.dtype).tiny ** 0.375, np.finfo(source.dtype).max ** 0.375
    if extent > 0 and not smallest < extent < largest:
        raise ValueError(
            f"X holds values of about {extent:.3g}, but {source.dtype} is worked between {smallest:.0e} and "
            f"{largest:.0e}: scale the features first, for instance with sklearn.preprocessing.StandardScaler."
        )
    return gtm.start(Grid(k, m, float(settings.s)), found.n, found.mean, found.scatter, dtype=source.dtype)


def automatic_sizes(n_rows: int, k: int, m: int) -> tuple[int, int]:
    """`k` and `m` with 0 replaced: k = int(√(5√N)) + 2, m = int(√k)."""
    k = k or int(np.sqrt(5 * np.sqrt(n_rows))) + 2
    return k, m or int(np.sqrt(k))


def check_same_grid(grid: Grid, settings: Settings) -> None:
    """Raise a ValueError if `settings` ask for another grid than that of the manifold to go on with."""
    given = {"k": settings.k or grid.k, "m": settings.m or grid.m, "s": settings.s}
    changed = [f"{name}={value}" for name, value in given.items() if value != getattr(grid, name)]
    if changed:
        raise ValueError(
            f"The manifold to go on with has k={grid.k}, m={grid.m}, s={grid.s}, but now {', '.join(changed)}: set it "
            "back, or begin anew with fit and warm_start=False."
        )

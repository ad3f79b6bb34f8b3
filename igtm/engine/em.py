"""The EM algorithm: statistics of rows, the update from them, and the loop.

An *expectation* is any callable ``Manifold -> Statistics``: in memory, from disk, on threads or on a cluster,
only that callable changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from time import perf_counter
from typing import Self

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.blas import dtrsm
from scipy.linalg.lapack import dpocon, dpotrf

from igtm.engine.manifold import SINGULAR, Manifold
from igtm.rows.threads import single_threaded_blas


class Additive:
    """Base of dataclasses that add up field by field."""

    def __add__(self, other: Self) -> Self:
        return type(self)(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True)
class Statistics(Additive):
    """What one pass over rows leaves behind: all that the M-step needs, of size K + P·D.

    Statistics of disjoint sets of rows add up to those of their union, in any order.

    Parameters
    ----------
    n : float
        Sum of the sample weights.
    mass : ndarray (K,)
        g: weighted responsibilities summed over rows.
    moment : ndarray (P, D)
        B = ΦᵀRᵀ diag(w) X, X centred.
    energy : float
        Weighted sum of ‖x‖², x centred.
    log_likelihood : float
        Weighted sum of log p(x), exact, natural logarithm.
    """

    n: float
    mass: np.ndarray
    moment: np.ndarray
    energy: float
    log_likelihood: float


def maximise(manifold: Manifold, statistics: Statistics, regul: float) -> Manifold:
    """M-step: the weights first, then the noise variance under the new weights (ECM).

    Parameters
    ----------
    manifold : Manifold
        Where the statistics were taken.
    statistics : Statistics
    regul : float
        λ of the penalty (λ/2)‖W‖².

    Notes
    -----
    (Φᵀ diag(g) Φ + (λ/β) I) W = B, Bishop et al. (1998) eq. 12; the noise variance needs no second pass because
    Σ r‖x - y‖² = energy - 2⟨W, B⟩ + ⟨W, Φᵀ diag(g) Φ W⟩.
    """
    with single_threaded_blas():  # products this small: to wake its threads takes BLAS longer, 16 ms at times
        system = _gram(manifold, statistics)
        system[np.diag_indices_from(system)] += regul * manifold.noise_variance
        weights = _solve(system, statistics.moment, manifold.weights)
        updated = replace(manifold, weights=weights)
        noise_variance = residual(updated, statistics) / (statistics.n * manifold.n_features)
        return replace(updated, noise_variance=max(noise_variance, manifold.noise_floor))


def residual(manifold: Manifold, statistics: Statistics) -> float:
    """Σ r‖x - y‖² with the responsibilities of `statistics` and the nodes of `manifold`."""
    spread = float(np.vdot(manifold.weights, _gram(manifold, statistics) @ manifold.weights))
    return statistics.energy - 2 * float(np.vdot(manifold.weights, statistics.moment)) + spread


def _gram(manifold: Manifold, statistics: Statistics) -> np.ndarray:
    """Φᵀ diag(g) Φ, (P, P)."""
    basis = manifold.grid.basis
    return (basis.T * statistics.mass) @ basis


def objective(manifold: Manifold, statistics: Statistics, regul: float) -> float:
    """F = ℓ - (λ/2)‖W‖² per row, at the manifold where the statistics were taken."""
    penalty = regul / 2 * float(np.vdot(manifold.weights, manifold.weights))
    return (statistics.log_likelihood - penalty) / statistics.n


def _solve(system: np.ndarray, moment: np.ndarray, current: np.ndarray) -> np.ndarray:
    """Solve by Cholesky; where the system is singular, move as little as need be from the current weights.

    Nodes without rows, wide basis functions and λ = 0 leave directions of W undetermined. Solving for the *change*
    of W in the determined directions alone maximises over them, so the objective cannot fall, and leaves the others
    be. Scaled to a diagonal of ones, the system is not called singular only because some nodes have few rows.
    """
    diagonal = np.diagonal(system)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1))[:, None]
    system = system * scale * scale.T
    moment, current = moment * scale, current / scale
    factor, failed = dpotrf(system, lower=1)
    norm = np.abs(system).sum(axis=0).max()
    if not failed and dpocon(factor, norm, uplo="L")[0] > SINGULAR:
        half = dtrsm(1, factor, moment.T, side=1, lower=1, trans_a=1)  # as W lies in memory: half the time of `potrs`
        return scale * dtrsm(1, factor, half, side=1, lower=1, overwrite_b=1).T
    values, vectors = eigh(system)
    kept = values > SINGULAR * values[-1]
    vectors = vectors[:, kept]
    return scale * (current + vectors @ ((vectors.T @ (moment - system @ current)) / values[kept, None]))


@dataclass(frozen=True)
class Step:
    """One manifold on the way, with what is known of it.

    Parameters
    ----------
    n_iter : int
        Iterations made so far, EM updates unless accelerated; 0 is the start.
    manifold : Manifold
    statistics : Statistics
        Taken at `manifold`.
    objective : float
        F = ℓ - (λ/2)‖W‖², per row; it never falls from step to step.
    gain : float
        Rise of F per row over the step before; infinite at the start.
    seconds : float
        Time the step took.
    """

    n_iter: int
    manifold: Manifold
    statistics: Statistics
    objective: float
    gain: float
    seconds: float

    @property
    def log_likelihood(self) -> float:
        """ℓ per row (per unit of sample weight), natural logarithm."""
        return self.statistics.log_likelihood / self.statistics.n


Expectation = Callable[[Manifold], Statistics]


def em(manifold: Manifold, expectation: Expectation, regul: float, n_iter: int = 0) -> Iterator[Step]:
    """Steps of EM, the given manifold first, without end: whoever iterates decides when to stop.

    Parameters
    ----------
    manifold : Manifold
        Where to begin; a manifold from an earlier Step goes on bit for bit as if never interrupted.
    expectation : callable, Manifold -> Statistics
    regul : float
        λ, >= 0.
    n_iter : int, default 0
        Count of the updates already behind `manifold`.

    Yields
    ------
    Step
    """
    previous = -np.inf
    while True:
        began = perf_counter()
        statistics = expectation(manifold)
        reached = objective(manifold, statistics, regul)
        yield Step(n_iter, manifold, statistics, reached, reached - previous, perf_counter() - began)
        previous = reached
        manifold = maximise(manifold, statistics, regul)
        n_iter += 1

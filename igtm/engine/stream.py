"""Stepwise EM: a manifold that learns from rows as they come, each of them seen once."""

import numpy as np

from igtm.engine.em import Statistics, maximise
from igtm.engine.fitting import check_same_grid, expectation, start
from igtm.rows.sources import as_source

# κ of the step size. Between 1/2 and 1 the average settles; the smaller, the sooner it forgets the first manifolds.
DECAY = 0.6


def averaged(past: Statistics, fresh: Statistics) -> Statistics:
    """Statistics that stand for all rows so far, the past ones taken at earlier manifolds than the fresh ones.

    Per row they are (1 - γ) past + γ fresh. The step size is γ = (share of the fresh rows in all)^κ: t^-κ for the
    t-th of equal batches.
    """
    n = past.n + fresh.n
    step = (fresh.n / n) ** DECAY
    old, new = (1 - step) * n / past.n, step * n / fresh.n
    return Statistics(
        n,
        old * past.mass + new * fresh.mass,
        old * past.moment + new * fresh.moment,
        old * past.energy + new * fresh.energy,
        old * past.log_likelihood + new * fresh.log_likelihood,
    )


class StreamMixin:
    """`partial_fit` for `eIGTM`."""

    def partial_fit(self, X, y=None, sample_weight=None):
        """Learn from some more rows: one stepwise EM update.

        The first call starts the manifold from its rows and makes one EM update, as `fit` with niter=1 does: there
        should be enough of them to show how the data lie. A call after `fit` goes on from all that was fitted.

        Parameters
        ----------
        X, y, sample_weight : as in `fit`

        Returns
        -------
        self

        Notes
        -----
        Per row, `statistics_` becomes (1 - γ) `statistics_` + γ those of these rows, where γ is their share in all
        rows so far to the power 0.6, t^-0.6 for the t-th of equal batches (Cappé & Moulines, 2009, On-line
        expectation-maximization algorithm for latent data models, JRSS B 71).

        What is promised: over rows that come in random order the manifold comes ever nearer to a maximum of F, to
        which `fit` might have led. What is not: that F rises from call to call, that it is the maximum that `fit`
        finds, that it is reached soon (t calls move it about as far as 2.5 t^0.4 passes of EM over all rows would), or
        that rows that come sorted are learnt evenly, for later ones count more. Where data can be read twice, `fit` is
        better.

        `n_iter_` counts calls. The paths hold, for each call, the values of its rows before they were learnt; their
        last entry, of the manifold as it is, is not known (NaN).
        """
        self._validate_params()
        first = not hasattr(self, "manifold_")
        source, settings = as_source(X, sample_weight), self._settings()
        self._check_header(source, reset=first)
        manifold = start(source, settings) if first else self.manifold_
        check_same_grid(manifold.grid, settings)
        fresh = expectation(source, settings.n_blocks)(manifold)
        if fresh.n == 0:
            raise ValueError("sample_weight must be a number >= 0 for each row, not all 0: give some row a weight.")
        statistics = fresh if first else averaged(self.statistics_, fresh)
        penalty = self.regul / 2 * float(np.vdot(manifold.weights, manifold.weights))
        likelihood = fresh.log_likelihood / fresh.n
        past = ([], []) if first else (self.log_likelihood_path_[:-1], self.objective_path_[:-1])
        self.log_likelihood_path_ = np.array([*past[0], likelihood, np.nan])
        self.objective_path_ = np.array([*past[1], likelihood - penalty / statistics.n, np.nan])
        self.n_iter_ = 1 if first else self.n_iter_ + 1
        self.stop_reason_, self.converged_ = "stopped", False
        self.statistics_ = statistics
        self.manifold_ = maximise(manifold, statistics, self.regul)
        return self

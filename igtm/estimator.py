"""The scikit-learn face: eIGTM."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from dataclasses import replace
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from igtm.engine import manifold as gtm
from igtm.engine.backends import backend
from igtm.engine.em import Step
from igtm.engine.fitting import Fit, Progress, Settings, expectation
from igtm.engine.stream import StreamMixin
from igtm.result import GTMResult
from igtm.rows.blocks import one_ahead
from igtm.rows.source import Rows, Source
from igtm.rows.sources import as_source, in_memory
from igtm.saving import state, storage
from igtm.saving.checkpoint import EVERY, Checkpoint, check_not_past_end, identity


class eIGTM(CallbackSupportMixin, StreamMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Incremental Generative Topographic Mapping.

    A GTM lays a smooth sheet of k × k Gaussian nodes through the rows of a table, by maximum penalised likelihood,
    and maps each row to where on the sheet it most likely came from. Rows are worked block by block; nothing of
    size N × K is ever held, unless responsibilities are asked for.

    Parameters
    ----------
    k : int, default 16
        Nodes along one side of the map, K = k², at most 1000. 0 is automatic: int(√(5√N)) + 2.
    m : int, default 4
        Radial basis functions along one side, at most 100. 0 is automatic: int(√k).
    s : float, default 0.3
        Variance of a basis function in units of the squared distance between neighbouring centres: larger is
        smoother.
    regul : float, default 0.1
        λ of the penalty (λ/2)‖W‖²: larger is stiffer.
    random_state : int, default 1234
        Seed of the sample that algorithm='accelerated' draws, an int for fits that can be repeated.
    niter : int, default 200
        Most EM iterations of one `fit`. 0 leaves the manifold at its start, a plane through the first two
        principal components.
    verbose : bool, default False
        Print log-likelihood and gain at each iteration.
    model : {'means', 'modes', 'responsibilities', 'complete'}, default 'means'
        What `transform` returns.
    n_blocks : int, default 0
        Blocks in which rows are read; 0 is automatic: ceil(N / 5000). More blocks than rows are read as rows.
        The result does not depend on it.
    tol : float, default 1e-4
        The fit ends when an iteration raises the objective per row by less than this; 0 never ends early.
    warm_start : bool, default False
        Let `fit` go on from the manifold of the last one, for up to `niter` more iterations, bit for bit as if
        it had not been interrupted. The data must have the same number of features.
    algorithm : {'em', 'accelerated'}, default 'em'
        'em' is plain EM. 'accelerated' makes several passes' progress in one, see Notes.

    Attributes
    ----------
    manifold_ : Manifold
        The fitted sheet.
    statistics_ : Statistics
        Sums over the rows behind it, of which `partial_fit` goes on.
    n_iter_ : int
        EM iterations made, earlier warm starts counted in.
    converged_ : bool
        Whether the gain fell below `tol`.
    stop_reason_ : {'tol', 'niter', 'callback', 'stopped'}
        What ended the fit; 'stopped' is whoever iterated `iter_fit`.
    log_likelihood_path_, objective_path_ : ndarray (n_iter_ + 1,)
        Exact log-likelihood ℓ and objective F = ℓ - (λ/2)‖W‖², per row, from the start on. F never falls, ℓ may.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Only where the data had names.

    Notes
    -----
    An iteration of algorithm='accelerated' is a pass over all rows and up to 10 EM updates on a sample of them, which
    together take at most as long as another pass; where the sample misleads, it is 5 passes, 4 of them plain EM. F
    never falls here either, and a gain below `tol` means that an EM update would gain less than about twice `tol`. It
    may end in another maximum of F than plain EM, a higher or a lower one. The sample, a twentieth of the rows and at
    least ten for each of the (m² + 1) × D weights, is held in memory, and drawn when the fit begins or is gone on
    with. Tables with fewer than 50 rows for each weight, or very wide ones, are fitted by plain EM.

    References
    ----------
    Bishop, Svensén & Williams (1998), GTM: The Generative Topographic Mapping, Neural Computation 10.
    Gaspar et al. (2014), Chemical Data Visualization and Analysis with Incremental GTM: Big Data Challenge,
    J. Chem. Inf. Model. 55.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from igtm import eIGTM
    >>> X = StandardScaler().fit_transform(load_iris().data)
    >>> eIGTM().fit_transform(X).shape
    (150, 2)
    """

    _parameter_constraints: ClassVar[dict] = {
        "k": [Interval(Integral, 0, 1000, closed="both")],
        "m": [Interval(Integral, 0, 100, closed="both")],
        "s": [Interval(Real, 0, None, closed="neither")],
        "regul": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "niter": [Interval(Integral, 0, None, closed="left")],
        "verbose": ["verbose"],
        "model": [StrOptions({"means", "modes", "responsibilities", "complete"})],
        "n_blocks": [Interval(Integral, 0, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "warm_start": ["boolean"],
        "algorithm": [StrOptions({"em", "accelerated"})],
    }

    def __init__(
        self,
        k=16,
        m=4,
        s=0.3,
        regul=0.1,
        random_state=1234,
        niter=200,
        verbose=False,
        model="means",
        n_blocks=0,
        tol=1e-4,
        warm_start=False,
        algorithm="em",
    ):
        self.k = k
        self.m = m
        self.s = s
        self.regul = regul
        self.random_state = random_state
        self.niter = niter
        self.verbose = verbose
        self.model = model
        self.n_blocks = n_blocks
        self.tol = tol
        self.warm_start = warm_start
        self.algorithm = algorithm

    # Fitting

    @with_callbacks
    def fit(self, X, y=None, sample_weight=None, checkpoint=None, checkpoint_every=EVERY):
        """Fit the manifold to the rows of `X`.

        Parameters
        ----------
        X : array-like (N, D), path or Source
            Finite numbers, in memory or larger than it: see `as_source`. Numbers that float32 holds exactly are worked
            in float32.
        y : ignored
        sample_weight : array-like (N,) or str, optional
            How often each row counts, default 1; a name is that of a column of `X`, which is then no feature.
        checkpoint : str or path, optional
            File in which the last iteration made is kept, see Notes.
        checkpoint_every : float, default 60
            Seconds between writes of the checkpoint; 0 writes it after every iteration.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a parameter out of range, data that are not finite numbers in two dimensions, or a checkpoint that is
            damaged, or of a fit to other data or with other settings.
        OSError
            If a file vanishes or is cut short; the last complete step is kept, on the estimator and in the checkpoint.

        Notes
        -----
        Where the file `checkpoint` exists, `fit` goes on from it: the same call, made again after whatever ended the
        first, ends bit for bit where one ends that nothing interrupted; on another machine or with other `n_blocks`,
        up to rounding. Going on costs the pass that is made anew at the manifold in the file. That the data are the
        same shows in its log-likelihood, so that no further pass is needed. The file is written for the last time
        when the fit ends, and stays: the same call then ends in the same place after that one pass, one with a larger
        `niter` or a smaller `tol` goes on. Other settings may not change, nor the data. `igtm.load` opens the file as
        a model, also while the fit runs.
        """
        self._validate_params()
        context = self._init_callback_context(max_subtasks=self.niter + 1)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        stopped = False
        steps = self.iter_fit(X, None, sample_weight, checkpoint=checkpoint, checkpoint_every=checkpoint_every)
        with closing(steps):
            for step in steps:
                task = context.subcontext(task_name="iteration")
                task.call_on_fit_task_begin(estimator=self, X=X, y=y)
                attributes = {"manifold_": step.manifold, "n_iter_": step.n_iter, "converged_": False}
                if task.call_on_fit_task_end(estimator=self, X=X, y=y, reconstruction_attributes=attributes):
                    stopped = True
                    break
        if stopped:
            self.stop_reason_ = "callback"
        context.call_on_fit_task_end(estimator=self, X=X, y=y)
        if self.stop_reason_ == "niter" and self.niter > 0 and self.tol > 0:
            warnings.warn(
                f"eIGTM did not converge in niter={self.niter} iterations: the last one still gained more than "
                f"tol={self.tol} per row. Raise niter or tol, or fit again with warm_start=True.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def iter_fit(
        self,
        X,
        y=None,
        sample_weight=None,
        cancelled: Callable[[], bool] | None = None,
        checkpoint=None,
        checkpoint_every=EVERY,
    ) -> Iterator[Step]:
        """Fit step by step: a generator of `Step`, the start first.

        The estimator becomes fitted when the generator ends: by itself, or closed by its caller, with the last
        step yielded.

        Parameters
        ----------
        X, y, sample_weight, checkpoint, checkpoint_every : as in `fit`
        cancelled : callable -> bool, optional
            Asked many times during a pass, from the thread that iterates; once True, the pass under way is
            dropped and the generator ends.

        Yields
        ------
        Step
        """
        self._validate_params()
        resumed = self.warm_start and hasattr(self, "manifold_")
        source = as_source(X, sample_weight)
        self._check_header(source, reset=not resumed)
        settings = self._settings()
        progress, file = self._progress() if resumed else None, None
        if checkpoint is not None:
            file = Checkpoint(checkpoint, checkpoint_every, identity(source, settings, progress))
            progress = self._kept(file, settings, progress)
        fit = Fit(source, settings, cancelled, progress)
        try:
            for step in fit:
                if self.verbose:
                    print(f"{step.n_iter:>5}  log-likelihood {step.log_likelihood:.6f}  gain {step.gain:.2e}")
                if file is not None and file.due():
                    file.write(*copy(self)._take(fit).state())
                yield step
        finally:
            if fit.step is not None:
                self._take(fit)
                if file is not None:
                    file.write(*self.state())

    def _settings(self) -> Settings:
        sampled = self.algorithm == "accelerated"
        seed = int(check_random_state(self.random_state).randint(2**31)) if sampled else 0
        return Settings(self.k, self.m, self.s, self.regul, self.niter, self.tol, self.n_blocks, self.algorithm, seed)

    def _progress(self) -> Progress:
        return Progress(self.manifold_, self.n_iter_, self.log_likelihood_path_, self.objective_path_)

    def _kept(self, file: Checkpoint, settings: Settings, progress: Progress | None) -> Progress | None:
        """Where the fit that began at `progress` goes on: there, if it is not in the file yet."""
        if (kept := file.read()) is None:
            return progress
        began = progress.n_iter if progress else 0
        kept = replace(state.restored(type(self), *kept, file.remedy)._progress(), began=began)
        check_not_past_end(kept, settings)
        return kept

    def _take(self, fit: Fit) -> "eIGTM":
        self.manifold_ = fit.step.manifold
        self.statistics_ = fit.step.statistics
        self.n_iter_ = fit.step.n_iter
        self.stop_reason_ = fit.reason
        self.converged_ = fit.reason == "tol"
        self.log_likelihood_path_ = np.array(fit.log_likelihoods)
        self.objective_path_ = np.array(fit.objectives)
        return self

    def _check_header(self, source: Rows, reset: bool) -> None:
        try:
            validate_data(self, source.header, skip_check_array=True, reset=reset)
        except ValueError as error:
            raise ValueError(f"{error}\nGive the columns of the fit, in their order.") from error

    def _rows(self, X, sample_weight=None) -> Rows:
        source = as_source(X, sample_weight)
        self._check_header(source, reset=False)
        return source

    # Using a fitted manifold

    def fit_transform(self, X, y=None, sample_weight=None, **fit_params):
        """Fit, then place the same rows on the map; for parameters see `fit`, for the result `transform`."""
        self.fit(X, y, sample_weight, **fit_params)
        return self._placed(self._rows(X, sample_weight))

    def transform(self, X):
        """Place rows on the map.

        Parameters
        ----------
        X : array-like (N, D), path or Source
            As in `fit`.

        Returns
        -------
        ndarray
            (N, 2) posterior means or modes, or (N, K) responsibilities; a `GTMResult` for model='complete'. For a
            Dask collection a Dask array, not computed yet; for an array on another device one that is there too.
        """
        check_is_fitted(self)
        return self._placed(self._rows(X))

    def _placed(self, source: Rows) -> np.ndarray | GTMResult:
        sheet = self.manifold_
        if self.model != "complete":
            return backend(source).place(sheet, source, self.model)
        if not isinstance(source, Source):
            raise ValueError(
                "model='complete' holds N × K in memory, where these rows need not fit: set model to 'means', 'modes' "
                "or 'responsibilities', or use transform_blocks."
            )
        R = backend(source).place(sheet, source, "responsibilities")
        return GTMResult.of(sheet, gtm.means(sheet, R), gtm.modes(sheet, R), R, self.converged_)

    def transform_blocks(self, X, block_size=5000):
        """Place rows on the map a block at a time, reading `X` at most one block faster than the caller asks.

        Parameters
        ----------
        X : array-like (N, D), path or Source
            As in `fit`.
        block_size : int, default 5000
            Rows of a block, at least 1.

        Yields
        ------
        ndarray or GTMResult
            What `transform` returns for those rows.
        """
        check_is_fitted(self)
        if not isinstance(block_size, Integral) or block_size < 1:
            raise ValueError(f"block_size={block_size!r}: give a whole number of rows, 1 or more.")
        blocks = one_ahead(self._rows(X), block_size)
        return (self._placed(in_memory(rows)) for rows, _ in blocks)

    def inverse_transform(self, X):
        """Rows of data that belong to places on the map.

        Parameters
        ----------
        X : array-like (n, 2) or (n, K)
            Map positions, decoded as φ(z)W + offset, or responsibilities, decoded as RY + offset.

        Returns
        -------
        ndarray (n, D)
        """
        check_is_fitted(self)
        X = np.asarray(X, dtype=np.float64)
        n_nodes = len(self.manifold_.nodes)
        if X.ndim != 2 or X.shape[1] not in (2, n_nodes):
            raise ValueError(
                f"inverse_transform got X of shape {X.shape}: give map positions (n, 2) or responsibilities "
                f"(n, {n_nodes})."
            )
        if not np.isfinite(X).all():
            raise ValueError("inverse_transform got NaN or infinity in X: drop such rows.")
        return (gtm.decode_at if X.shape[1] == 2 else gtm.decode)(self.manifold_, X)

    def score_samples(self, X):
        """Exact log-likelihood of each row of `X` (as in `fit`), natural logarithm, (N,)."""
        check_is_fitted(self)
        source = self._rows(X)
        return backend(source).place(self.manifold_, source, "log_likelihood")

    def score(self, X, y=None, sample_weight=None):
        """Mean log-likelihood per row: higher is better, and comparable between settings on the same data.

        Parameters
        ----------
        X, y, sample_weight : as in `fit`
        """
        check_is_fitted(self)
        statistics = expectation(self._rows(X, sample_weight))(self.manifold_)
        return statistics.log_likelihood / statistics.n

    @available_if(lambda self: self.model != "complete")
    def get_feature_names_out(self, input_features=None):
        """Names of the columns of `transform`; a `GTMResult` has none, and `set_output` leaves it as it is."""
        return super().get_feature_names_out(input_features)

    @property
    def _n_features_out(self):
        n_nodes = len(self.manifold_.nodes)
        return n_nodes if self.model == "responsibilities" else 2

    def __sklearn_is_fitted__(self):
        return hasattr(self, "manifold_")  # a fit that failed or was stopped at once may have left the others

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    # Keeping a fitted manifold

    def save(self, path) -> None:
        """Write the fitted model to one `.npz` file, without pickle; `igtm.load` reads it.

        Parameters
        ----------
        path : str, path or open binary file
        """
        check_is_fitted(self)
        metadata, arrays = self.state()
        storage.write(path, metadata, arrays)

    def state(self) -> tuple[dict, dict[str, np.ndarray]]:
        """The fitted model as JSON-able metadata and arrays: what `save` writes."""
        return state.state(self)

"""runIGTM: from raw table to map in one call."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from igtm.estimator import eIGTM
from igtm.result import GTMResult
from igtm.rows.source import check_some, not_finite
from igtm.rows.sources import numbers

STRATEGIES = ("median", "mean", "most_frequent")


def runIGTM(
    data,
    k=16,
    m=4,
    s=0.3,
    regul=0.1,
    n_blocks=0,
    doPCA=False,
    n_components=-1,
    missing=True,
    missing_strategy="median",
    random_state=1234,
    niter=200,
    verbose=False,
):
    """Impute, z-score, optionally reduce, and fit, in one call.

    Parameters
    ----------
    data : array-like (N, D)
    k, m, s, regul, n_blocks, random_state, niter, verbose : as in `eIGTM`
    doPCA : bool, default False
        Fit on principal components.
    n_components : int, default -1
        How many; -1 keeps 80 % of the variance.
    missing : bool, default True
        Fill holes (NaN); otherwise they are an error.
    missing_strategy : {'median', 'mean', 'most_frequent'}, default 'median'

    Returns
    -------
    GTMResult
        With the rows' coordinates and, in the preprocessed space, the manifold; `matR` is None.

    Raises
    ------
    ValueError
        For a parameter out of range, or data that are not numbers in two dimensions.
    """
    if missing and missing_strategy not in STRATEGIES:
        raise ValueError(f"missing_strategy={missing_strategy!r}: choose one of {', '.join(STRATEGIES)}.")
    X = _checked(data)
    if doPCA and n_components != -1 and not 0 < n_components <= min(X.shape):
        raise ValueError(
            f"n_components={n_components!r}: give -1, which keeps 80 % of the variance, or from 1 to {min(X.shape)}."
        )
    steps = [StandardScaler()]
    if missing:
        steps.insert(0, SimpleImputer(strategy=missing_strategy))
    if doPCA:
        steps.append(PCA(0.8 if n_components == -1 else n_components, random_state=random_state))
    X = make_pipeline(*steps).fit_transform(X)
    model = eIGTM(k, m, s, regul, random_state, niter, verbose, n_blocks=n_blocks)
    for _ in model.iter_fit(X):
        pass
    means, modes = model.transform(X), model.set_params(model="modes").transform(X)
    return GTMResult.of(model.manifold_, means, modes, None, model.converged_)


def _checked(data) -> np.ndarray:
    """`data` as numbers (N, D), holes as NaN: the steps before the fit would refuse others without a remedy."""
    X = numbers(data)
    check_some(*X.shape)
    infinite = np.isinf(X)
    if infinite.any():
        row, column = np.unravel_index(infinite.argmax(), X.shape)
        raise not_finite(X[row, column], row, getattr(data, "columns", range(X.shape[1]))[column], "X")
    return X

"""Rows prepared on the fly: scikit-learn's transformers over a source, block by block, with no copy of the data."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from igtm.rows.blocks import Blocks
from igtm.rows.source import Block, Source, number_dtype
from igtm.rows.sources import as_source


def prepared(X, *transformers, sample_weight=None, columns=None) -> Source:
    """The rows of `X` after transformers that work row by row, each block as it is read.

    A transformer that is not fitted yet is fitted first, in one pass over the rows, through its `partial_fit`:
    `StandardScaler`, `MinMaxScaler`, `MaxAbsScaler` and `IncrementalPCA` have one. So standardising a table larger
    than memory costs one more pass and no copy. To place other rows on the map, prepare them with the same
    transformers, which are fitted by then.

    Parameters
    ----------
    X : array-like (N, D), path or Source
        As in `as_source`, without holes.
    *transformers : transformers of scikit-learn, or with the same methods
        Applied in this order.
    sample_weight, columns : as in `as_source`
        Weights count in fitting a transformer where its `fit` takes them, as that of `StandardScaler` does.

    Returns
    -------
    Source

    Raises
    ------
    ValueError
        If a transformer is neither fitted nor can be fitted block by block, or X is a Dask collection.

    Notes
    -----
    A GTM starts from principal components by itself, whatever the number of features: reduce them only to make each
    pass cheaper.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.preprocessing import StandardScaler
    >>> from igtm import eIGTM, prepared
    >>> X, scaler = load_wine().data, StandardScaler()
    >>> model = eIGTM().fit(prepared(X, scaler))
    >>> model.transform(prepared(X[:5], scaler)).shape
    (5, 2)
    """
    source = as_source(X, sample_weight, columns)
    if not isinstance(source, Source):
        raise ValueError(
            "X is not read block by block in this process, such as a Dask collection: prepare it where it lies."
        )
    for transformer in transformers:
        source = _through(source, transformer)
    return source


def _through(source: Source, transformer) -> Source:
    try:
        check_is_fitted(transformer)
    except NotFittedError:
        _fit(source, transformer)

    def transformed(X):
        rows = transformer.transform(_table(X, source))
        rows = sparse.csr_array(rows) if sparse.issparse(rows) else np.asarray(rows)
        return rows.astype(number_dtype(rows.dtype), copy=False)

    def blocks(size) -> Iterator[Block]:
        for X, weights in source.blocks(size):
            yield transformed(X), weights

    X, _ = next(source.blocks(1))
    first = transformed(X)
    names = None
    if source.feature_names is not None:
        names = np.asarray(transformer.get_feature_names_out(), dtype=object)
    return Source(source.n_rows, first.shape[1], first.dtype, names, blocks, sparse=sparse.issparse(first))


def _fit(source: Source, transformer) -> None:
    if not hasattr(transformer, "partial_fit"):
        raise ValueError(
            f"{transformer!r} cannot be fitted block by block: fit it to a sample of the rows first, or use one that "
            "has a partial_fit, such as StandardScaler or IncrementalPCA."
        )
    weighted = has_fit_parameter(transformer, "sample_weight")
    for X, weights in Blocks(source):
        more = {"sample_weight": weights} if weighted and weights is not None else {}
        transformer.partial_fit(_table(X, source), **more)


def _table(X, source: Source):
    """A block as transformers know it: with names, where it has names."""
    if source.feature_names is None:
        return X
    import pandas as pd

    return pd.DataFrame(X, columns=source.feature_names, copy=False)

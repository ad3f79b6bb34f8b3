"""Whatever a user hands over as rows becomes one kind of value: a Source, read block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import _check_sample_weight, _get_feature_names

Block = tuple[np.ndarray, np.ndarray | None]


@dataclass(frozen=True)
class Source:
    """Rows with their sample weights, wherever they lie.

    Parameters
    ----------
    n_rows, n_features : int
        N and D.
    dtype : dtype
        Precision in which rows are worked, float32 or float64.
    feature_names : ndarray (D,) of str, or None
        Only where the columns have names.
    blocks : callable, int -> iterator of (ndarray (n, D), ndarray (n,) or None)
        Rows and their weights, None for 1 each, in order and at most so many rows at a time. Each call begins anew.
    """

    n_rows: int
    n_features: int
    dtype: np.dtype
    feature_names: np.ndarray | None
    blocks: Callable[[int], Iterator[Block]]

    @property
    def header(self):
        """A table of no rows with these columns: what scikit-learn's checks of names and numbers need."""
        if self.feature_names is None:
            return np.empty((0, self.n_features))
        import pandas as pd

        return pd.DataFrame(columns=self.feature_names)


def as_source(X, sample_weight=None) -> Source:
    """The rows of `X`, checked, with their weights.

    Parameters
    ----------
    X : array-like (N, D)
    sample_weight : array-like (N,), optional
        How often each row counts, default 1.

    Raises
    ------
    ValueError
        For what is not finite numbers in two dimensions, or weights that are not one number >= 0 a row.
    """
    rows = _finite_numbers(X)
    weights = None if sample_weight is None else _weights(sample_weight, len(rows))

    def blocks(size):
        for part in block_slices(len(rows), size):
            yield rows[part], None if weights is None else weights[part]

    return Source(*rows.shape, rows.dtype, _get_feature_names(X), blocks)


def block_slices(n_rows: int, size: int) -> Iterator[slice]:
    """Slices of `n_rows` into blocks of `size` rows, the last one perhaps smaller."""
    for first in range(0, n_rows, size):
        yield slice(first, min(first + size, n_rows))


def _finite_numbers(X) -> np.ndarray:
    try:
        return check_array(X, dtype=[np.float64, np.float32], estimator="eIGTM", input_name="X")
    except np.exceptions.DTypePromotionError as error:
        raise ValueError(
            "X mixes numbers with dates or the like, and eIGTM needs numbers: drop such columns or convert them."
        ) from error
    except ValueError as error:
        if "could not convert string" in str(error):
            raise ValueError(
                f"X holds text ({str(error).partition(': ')[2]}), and eIGTM needs numbers: drop the text columns "
                "or encode them, for instance with sklearn.preprocessing.OneHotEncoder."
            ) from error
        if "contains infinity" in str(error):
            raise ValueError(f"{error} Drop such rows, or cap their values.") from error
        raise


def _weights(sample_weight, n_rows: int) -> np.ndarray:
    try:
        return _check_sample_weight(sample_weight, np.empty((n_rows, 0)), dtype=np.float64, ensure_non_negative=True)
    except ValueError as error:
        raise ValueError(f"sample_weight must be a number >= 0 for each row, not all 0: {error}") from error

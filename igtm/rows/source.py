"""Rows as one kind of value, wherever they lie, read block by block and checked to be numbers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

Block = tuple[np.ndarray | csr_array, np.ndarray | None]


class Rows:
    """Rows with their sample weights, wherever they lie: what a `Source` and its like have in common.

    They have `n_rows`, `n_features`, `dtype`, `feature_names` and `blocks` as described at `Source`.
    """

    @property
    def header(self):
        """A table of no rows with these columns: what scikit-learn's checks of names and numbers need."""
        if self.feature_names is None:
            return np.empty((0, self.n_features))
        import pandas as pd

        return pd.DataFrame(columns=self.feature_names)


@dataclass(frozen=True)
class Source(Rows):
    """Rows with their sample weights, wherever they lie; `as_source` makes one.

    Parameters
    ----------
    n_rows, n_features : int
        N and D.
    dtype : dtype
        Precision in which rows are worked, float32 or float64.
    feature_names : ndarray (D,) of str, or None
        Only where the columns have names.
    blocks : callable, int -> iterator of (ndarray or csr_array (n, D), ndarray (n,) or None)
        Rows and their weights, None for 1 each, in order and so many at a time, the last ones perhaps fewer. Rows are
        finite and of `dtype`. Each call begins anew.
    sparse : bool, default False
        Whether rows come as `csr_array`.
    at_hand : bool, default False
        Whether blocks are there without work; otherwise they are read one ahead of those in use.
    """

    n_rows: int
    n_features: int
    dtype: np.dtype
    feature_names: np.ndarray | None
    blocks: Callable[[int], Iterator[Block]]
    sparse: bool = False
    at_hand: bool = False

    def __post_init__(self):
        check_some(self.n_rows, self.n_features)


def check_some(n_rows: int, n_features: int) -> None:
    """Raise a ValueError if there are no rows or no columns."""
    for number, what, lacking in ((n_rows, "sample", "row"), (n_features, "feature", "column")):
        if number < 1:
            raise ValueError(
                f"X has 0 {what}(s) (shape={(n_rows, n_features)}) while a minimum of 1 is required by eIGTM: "
                f"give a {lacking} or more."
            )


def block_slices(n_rows: int, size: int) -> Iterator[slice]:
    """Slices of `n_rows` into blocks of `size` rows, the last one perhaps smaller."""
    for first in range(0, n_rows, size):
        yield slice(first, min(first + size, n_rows))


def working_dtype(*dtypes: np.dtype) -> np.dtype:
    """The precision in which numbers of these dtypes are worked: float32 where it holds all of them, else float64."""
    found = np.result_type(np.float32, *dtypes)
    return np.dtype(np.float32 if found == np.float32 else np.float64)


def number_dtype(kind: np.dtype) -> np.dtype:
    """The precision in which an array of dtype `kind` is worked; raises a ValueError if that is not of numbers."""
    if kind.kind not in "biuf":
        raise ValueError(f"X holds {kind}, and eIGTM needs numbers: convert it to float32 or float64.")
    return working_dtype(kind)


def check_finite(X: np.ndarray, first: int, names, place: str) -> None:
    """Raise a ValueError for the first number of `X` (n, D) that is none.

    Parameters
    ----------
    X : ndarray (n, D)
    first : int
        Which row of `place` its first one is.
    names : sequence of D names, or None
    place : str
        What the rows belong to.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(X.sum(dtype=X.dtype)):  # no array of flags for what hardly ever happens
            return
    wrong = ~np.isfinite(X)
    if not wrong.any():  # the sum alone was too large
        return
    row, column = np.unravel_index(wrong.argmax(), X.shape)
    raise not_finite(X[row, column], first + row, int(column) if names is None else names[column], place)


def not_finite(value: float, row: int, column, place: str) -> ValueError:
    """The error for NaN or an infinity in `row`, counted from 0, and `column`, a number or a name, of `place`."""
    which = f"row {row:,} (from 0), column {column!r}"
    if np.isnan(value):
        return ValueError(
            f"{place} contains NaN in {which}: drop such rows, or fill the holes with an imputer, for instance "
            "sklearn.impute.SimpleImputer."
        )
    return ValueError(f"{place} contains infinity in {which}: drop such rows, or cap their values.")


def check_weights(weights: np.ndarray, first: int, place: str) -> None:
    """Raise a ValueError for the first sample weight (n,) that is not a finite number >= 0."""
    wrong = ~((weights >= 0) & (weights < np.inf))
    if wrong.any():
        row = wrong.argmax()
        raise ValueError(
            f"sample_weight must be a number >= 0 for each row, but in row {first + row:,} (from 0) of {place} it is "
            f"{weights[row]}: correct it, or drop such rows."
        )


def text_error(text: str, column=None) -> ValueError:
    """The error for text among the numbers."""
    where = "" if column is None else f"in column {column!r} "
    text = text.removeprefix("np.str_(").removesuffix(")") if text.startswith("np.str_(") else text
    return ValueError(
        f"X holds text {where}({text}), and eIGTM needs numbers: drop the text columns or encode them, for instance "
        "with sklearn.preprocessing.OneHotEncoder."
    )


@contextmanager
def opening(path) -> Iterator[None]:
    """Say which file it is if it is there and cannot be opened."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (EOFError, OSError, ValueError) as error:  # NumPy and Arrow have all of them for damaged files
        raise OSError(f"{path} cannot be read: {error} Put the whole file back, or write it anew.") from error


@contextmanager
def reading(place, first: int, stop: int) -> Iterator[None]:
    """Say which rows of `place` they were if reading them fails."""
    try:
        yield
    except (OSError, ValueError) as error:  # a file that is cut short makes Arrow raise a ValueError
        raise OSError(
            f"Rows {first:,} to {stop - 1:,} of {place} cannot be read: {error} Put the file back as it was; with "
            "warm_start=True or a checkpoint a fit goes on from its last step."
        ) from error

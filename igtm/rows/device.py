"""Rows that lie in another array library, on a GPU say, in terms of the array API standard."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from sklearn.externals.array_api_compat import array_namespace, device, is_array_api_obj, is_numpy_array
from sklearn.utils._array_api import _convert_to_numpy, _max_precision_float_dtype

from igtm.rows.source import Block, Rows, block_slices, check_finite, check_weights

CHECKED_ROWS = 1 << 16


@dataclass(frozen=True)
class DeviceRows(Rows):
    """Rows in an array library that follows the array API standard; they stay on their device.

    Parameters
    ----------
    X : array (N, D)
        float32 or float64, finite.
    weights : array (N,) or None
        Sample weights on the same device, in its highest precision; None is 1 each.
    """

    X: object
    weights: object = None
    feature_names = None
    at_hand = False

    @property
    def n_rows(self) -> int:
        """N."""
        return self.X.shape[0]

    @property
    def n_features(self) -> int:
        """D."""
        return self.X.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Precision in which rows are worked, as NumPy names it."""
        xp = array_namespace(self.X)
        return np.dtype(np.float32 if self.X.dtype == xp.float32 else np.float64)

    def parts(self, size: int) -> Iterator[tuple]:
        """Rows and their weights where they are, at most so many at a time."""
        for part in block_slices(self.n_rows, size):
            yield self.X[part, :], None if self.weights is None else self.weights[part]

    def blocks(self, size: int) -> Iterator[Block]:
        """The same, brought into this process's memory."""
        for X, weights in self.parts(size):
            yield to_host(X), None if weights is None else to_host(weights)

    def weighted(self, sample_weight) -> "DeviceRows":
        """The same rows with these weights (N,), wherever they are."""
        weights = to_host(sample_weight) if is_array_api_obj(sample_weight) else np.asarray(sample_weight)
        if weights.shape != (self.n_rows,):
            raise ValueError(
                "sample_weight must be a number >= 0 for each row, but it has shape "
                f"{weights.shape} and X has {self.n_rows} rows."
            )
        check_weights(weights, 0, "X")
        return replace(self, weights=to_device(weights, self.X, most_precise(self.X)))


def lies_elsewhere(X) -> bool:
    """Whether `X` is an array of another library than NumPy that follows the array API standard."""
    return is_array_api_obj(X) and not is_numpy_array(X)


def device_rows(X) -> DeviceRows:
    """The rows of the array `X`, checked; what is no float32 or float64 is converted.

    Raises
    ------
    ValueError
        If these are not finite numbers in two dimensions.
    """
    xp = array_namespace(X)
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X has shape {tuple(X.shape)}. Expected 2D, with 1 row and 1 feature or more.")
    if xp.isdtype(X.dtype, ("bool", "integral")):
        X = xp.astype(X, most_precise(X))
    elif not xp.isdtype(X.dtype, "real floating"):
        raise ValueError(f"X holds {X.dtype}, and eIGTM needs numbers: convert it to float32 or float64.")
    elif X.dtype not in (xp.float32, xp.float64):
        X = xp.astype(X, xp.float32)  # half precision
    rows = DeviceRows(X)
    first = 0
    for part, _ in rows.parts(CHECKED_ROWS):
        if not bool(xp.all(xp.isfinite(part))):
            check_finite(to_host(part), first, None, "X")
        first += part.shape[0]
    return rows


def most_precise(X):
    """The floating dtype of most digits that the device of `X` has: float32 for some, else float64."""
    return _max_precision_float_dtype(array_namespace(X), device(X))


def to_device(array: np.ndarray, like, dtype=None):
    """`array` in the library and on the device of `like`, and in its dtype if no other is given."""
    return array_namespace(like).asarray(array, dtype=like.dtype if dtype is None else dtype, device=device(like))


def to_host(array) -> np.ndarray:
    """`array` as NumPy's."""
    return _convert_to_numpy(array, array_namespace(array))

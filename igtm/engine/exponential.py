"""Scores: exponents raised in their place, the part of the E-step that products cannot take over."""

from collections.abc import Callable
from functools import cache
from threading import Lock

import numpy as np

# Where the exponential underflows it takes up to ten times as long: exponents below the first share of the least that
# does not are lifted to the second, which is as good.
DEEP, FLOOR = 0.9, 0.5
# One of so many rows tells how many of a tile's exponents matter.
EVERY = 32

_one_at_a_time = Lock()


def raised(exponents: np.ndarray) -> np.ndarray:
    """exp of exponents (K, n), relative to about the largest of each row, in their place."""
    limits = np.finfo(exponents.dtype)
    with _one_at_a_time:
        compiled = compiled_exponential(exponents.dtype)
    if compiled is None:
        return _raised_by_numpy(exponents, limits)
    compiled(exponents.reshape(-1), FLOOR * np.log(limits.tiny), np.log(limits.max))
    return exponents


def _raised_by_numpy(exponents: np.ndarray, limits: np.finfo) -> np.ndarray:
    """The same without compiled code.

    In many features a row is near few nodes. Those whose scores together are less than the rounding of the row's
    largest are not raised, their scores are 0, where so many are out of reach that to pick the others takes less time.
    """
    some, negligible, least = exponents[:, ::EVERY], np.log(limits.eps / len(exponents)) - 1, np.log(limits.tiny)
    if np.count_nonzero(some > negligible) < worth_picking(exponents.dtype) * some.size:
        flat = exponents.reshape(-1)
        near = np.flatnonzero(flat > negligible)
        scores = np.exp(flat[near])
        flat.fill(0)
        flat[near] = scores
        return exponents
    if some.min(initial=0) < DEEP * least:
        np.clip(exponents, FLOOR * least, np.inf, out=exponents)  # takes half as long as `maximum`
    return np.exp(exponents, out=exponents)


def worth_picking(dtype: np.dtype) -> float:
    """Share of exponents up to which it pays to pick them: NumPy raises many of float64 at once by AVX-512 only."""
    return 0.04 if has_avx512() or dtype == np.float32 else 0.2


@cache
def has_avx512() -> bool:
    """Whether NumPy works with AVX-512 here, by which it raises numbers as fast as can be."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return bool({"X86_V4", "AVX512_SKX"}.intersection(found))


@cache
def compiled_exponential(dtype: np.dtype) -> Callable | None:
    """What takes the place of NumPy's exponential where that is slow; None where numba, an extra, isn't installed."""
    if has_avx512():
        return None
    try:
        from igtm.engine.compiled import exponential
    except ImportError:
        return None
    return exponential(dtype)

"""Scores: exponents raised in their place, the part of the E-step that products cannot take over."""

from functools import cache
from types import ModuleType

import numpy as np

# Where the exponential underflows it takes up to ten times as long: exponents below the first share of the least that
# does not are lifted to the second, which is as good.
DEEP, FLOOR = 0.9, 0.5
# One of so many rows tells how many of a tile's exponents matter.
EVERY = 32


def raised(exponents: np.ndarray) -> np.ndarray:
    """exp of exponents (K, n), relative to about the largest of each row, in their place."""
    limits = np.finfo(exponents.dtype)
    loops = compiled_loops()
    if loops is None:
        return _raised_by_numpy(exponents, limits)
    loops.raise_in_place(exponents.reshape(-1), loops.ZERO, np.uint64(exponents.size), *reach(exponents.dtype))
    return exponents


def reach(dtype: np.dtype) -> tuple[np.floating, np.floating]:
    """The least exponent that compiled loops raise, to which smaller ones are lifted, and the largest."""
    limits = np.finfo(dtype)
    return limits.dtype.type(FLOOR * np.log(limits.tiny)), np.log(limits.max)


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
def compiled_loops() -> ModuleType | None:
    """Loops that take the place of NumPy's; None where numba, an extra, isn't installed."""
    try:
        from igtm.engine import compiled
    except ImportError:
        return None
    return compiled

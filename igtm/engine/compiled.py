"""Loops of the E-step, compiled so that any processor works several numbers at a time. Imports numba, an extra.

They index with unsigned numbers: of signed ones numba asks each time whether they count from the end, which keeps it
from working several at a time.
"""

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic, overload
from numba.np.numpy_support import as_dtype

LOG_2 = Fraction("0.693147180559945309417232121458176568")
CACHE_BYTES = 1 << 19  # the scores of a block of rows should stay in the second cache of a core
ROW_BYTES = (128, 1024)  # of a block; in shorter ones, to begin loops and to end them takes most of the time
ZERO, ONE, TWO, THREE, FOUR = np.arange(5, dtype=np.uint64)


def compiled(*freedoms: str) -> Callable:
    """Decorate a loop to be compiled at its first call, and kept on disk where there is a place."""
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", *freedoms}}

    def decorate(function):
        try:
            return njit(function, cache=True, **options)
        except RuntimeError:  # no folder to write to
            return njit(function, **options)

    return decorate


@intrinsic
def by_widest_vectors(typing):
    """Within a function: its loops take the widest vectors there are.

    Of itself LLVM takes half of them on Intel's processors, on which a pass then was 10 to 25 % longer.
    """

    def generate(context, builder, signature, arguments):
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # `add` takes names alone
        return context.get_dummy_value()

    return types.void(), generate


def exponential(x, least, most):
    """exp x to 2 units in the last place; numbers below `least` or above `most` count as those. For compiled code."""
    raise NotImplementedError


@overload(exponential, jit_options={"error_model": "numpy", "fastmath": {"contract"}})
def _exponential_of(x, least, most):
    """exp x = 2ʷ exp r, w the whole number next to x / log 2.

    exp r is its series up to what rounding hides, as |r| ≤ ½ log 2, and log 2 is taken in two parts so that r keeps
    its digits.
    """
    dtype = as_dtype(x)
    limits, number, bits = np.finfo(dtype), dtype.type, {4: np.int32, 8: np.int64}[dtype.itemsize]
    fraction, bias = bits(limits.nmant), bits(limits.maxexp - 1)
    shift = number(1.5 * 2.0**limits.nmant)  # what it is added to has its whole part in its last bits
    high = Fraction(int(LOG_2 * limits.maxexp * 64), limits.maxexp * 64)
    log_2 = number(high), number(LOG_2 - high)
    per_log_2 = number(1 / LOG_2)
    length = next(n for n in range(limits.nmant) if float(LOG_2 / 2) ** n / factorial(n) < limits.eps / 4)
    first, *others = (number(1 / factorial(power)) for power in reversed(range(length)))
    others = tuple(others)

    def work(x, least, most):
        exponent = least if x < least else x
        exponent = most if exponent > most else exponent
        shifted = number(exponent * per_log_2 + shift)
        whole = shifted - shift
        rest = (exponent - whole * log_2[0]) - whole * log_2[1]
        power = first
        for coefficient in others:
            power = power * rest + coefficient
        scale = bits((shifted.view(bits) + bias) << fraction)
        return number(power * scale.view(number))

    return work


@compiled()
def raise_in_place(x, first, last, least, most):
    """Put exp of x[first:last] in its place, x (n,); numbers below `least` or above `most` count as those."""
    by_widest_vectors()
    for i in range(first, last):
        x[i] = exponential(x[i], least, most)


@compiled("reassoc")
def product(matrix, n_rows, x, x_first, x_step, starts, level, out, out_first, out_step, width):
    """A product of small matrices, and what its rows begin with: out_i = starts_i + level + Σ_j matrix_ij x_j.

    Rows of x and of out are `width` numbers of a flat array, the first at `first`, each a `step` after the one before.
    Two rows of out, of at least two, are worked at a time and four of x, as many as a processor can hold.
    """
    by_widest_vectors()
    n_columns = np.uint64(matrix.shape[1])
    by_four = n_columns // FOUR * FOUR
    for pair in range(ZERO, n_rows, TWO):
        i = min(pair, n_rows - TWO)
        k = i + ONE
        at, below = out_first + i * out_step, out_first + k * out_step
        for v in range(width):
            out[at + v] = starts[i] + level[v]
            out[below + v] = starts[k] + level[v]
        for j in range(ZERO, by_four, FOUR):
            a0, a1, a2, a3 = matrix[i, j], matrix[i, j + ONE], matrix[i, j + TWO], matrix[i, j + THREE]
            b0, b1, b2, b3 = matrix[k, j], matrix[k, j + ONE], matrix[k, j + TWO], matrix[k, j + THREE]
            at0 = x_first + j * x_step
            at1, at2, at3 = at0 + x_step, at0 + TWO * x_step, at0 + THREE * x_step
            for v in range(width):
                x0, x1, x2, x3 = x[at0 + v], x[at1 + v], x[at2 + v], x[at3 + v]
                out[at + v] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3
                out[below + v] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3
        for j in range(by_four, n_columns):
            a0, b0 = matrix[i, j], matrix[k, j]
            at0 = x_first + j * x_step
            for v in range(width):
                out[at + v] += a0 * x[at0 + v]
                out[below + v] += b0 * x[at0 + v]


@compiled("reassoc")
def add_products(x, step, shares, width, out):
    """Add to out_i the scalar product of row i of x, `width` numbers of a flat array, with `shares`."""
    by_widest_vectors()
    for i in range(np.uint64(len(out))):
        total = out.dtype.type(0)
        for v in range(width):
            total += x[i * step + v] * shares[v]
        out[i] += total


class GridArrays(NamedTuple):
    """What the loop knows of a manifold; all of one precision.

    Parameters
    ----------
    axis : ndarray (k, m)
        Basis functions along one axis of the grid.
    axis_and_sum : ndarray (m + 1, k)
        Its transpose, and a row of ones.
    norms : ndarray (k, k)
        What the exponents of each node begin with.
    few : ndarray (f,), uint64
        Places along either axis; the nodes there tell the largest exponent of a row, or about.
    few_axis : ndarray (f, m)
    few_norms : ndarray (f, f)
        The rows of `axis`, and of both axes of `norms`, at these places.
    """

    axis: np.ndarray
    axis_and_sum: np.ndarray
    norms: np.ndarray
    few: np.ndarray
    few_axis: np.ndarray
    few_norms: np.ndarray


def block_of(dtype: np.dtype, n_nodes: int) -> int:
    """How many rows to work at a time."""
    shortest, longest = (size // dtype.itemsize for size in ROW_BYTES)
    return int(np.clip(CACHE_BYTES // (n_nodes * dtype.itemsize) // shortest * shortest, shortest, longest))


@compiled()
def sums_through_grid(grid, coordinates, weights, block, least, most):
    """From coordinates to activations, by way of scores that are held for a block of rows only.

    Parameters
    ----------
    grid : GridArrays
        With k and m of 2 and more.
    coordinates : ndarray (m² n,)
        Scalar products of the weights of each basis function with n rows, (m, m, n); their place takes what the
        responsibilities, times sample weights, activate of each basis function.
    weights : ndarray (n,)
        Sample weights.
    block : uint64
        How many rows to work at a time.
    least, most : float
        Exponents below or above count as these.

    Returns
    -------
    normaliser : ndarray (n,)
        Sums of each row's scores.
    largest : ndarray (n,)
        Exponents that scores are relative to.
    mass : ndarray (K,)
        Responsibilities summed over the rows by their weights.
    """
    by_widest_vectors()
    axis, axis_and_sum = grid.axis, grid.axis_and_sum
    k, m, n = np.uint64(axis.shape[0]), np.uint64(axis.shape[1]), np.uint64(len(weights))
    few, and_sum = np.uint64(len(grid.few)), m + ONE
    half, nodes = np.empty(k * m * block, axis.dtype), np.empty(k * k * block, axis.dtype)
    some, sums = np.empty(few * block, axis.dtype), np.empty(k * and_sum * block, axis.dtype)
    level, share = np.empty(block, axis.dtype), np.empty(block, axis.dtype)
    nothing = np.zeros(max(k, block), axis.dtype)
    normaliser, largest, mass = np.empty_like(weights), np.empty_like(weights), np.zeros(k * k, axis.dtype)
    for first in range(ZERO, n, block):
        width = min(block, n - first)
        for j in range(m):
            at = j * n + first
            product(axis, k, coordinates, at, m * n, nothing, nothing, half, j * block, m * block, width)
        for v in range(width):
            level[v] = np.inf
        for i in range(few):
            at = grid.few[i] * m * block
            product(grid.few_axis, few, half, at, block, grid.few_norms[i], nothing, some, ZERO, block, width)
            for j in range(few):
                for v in range(width):
                    level[v] = min(level[v], -some[j * block + v])
        for i in range(k):
            at = i * k * block
            product(axis, k, half, i * m * block, block, grid.norms[i], level, nodes, at, block, width)
            raise_in_place(nodes, at, at + k * block, least, most)
            product(axis_and_sum, and_sum, nodes, at, block, nothing, nothing, sums, i * and_sum * block, block, width)
        for v in range(width):
            share[v] = 0
        for i in range(k):
            for v in range(width):
                share[v] += sums[(i * and_sum + m) * block + v]
        for v in range(width):
            normaliser[first + v] = share[v]
            largest[first + v] = -level[v]
            share[v] = weights[first + v] / share[v]
        add_products(nodes, block, share, width, mass)
        for j in range(m):
            at = j * n + first
            product(axis_and_sum, m, sums, j * block, and_sum * block, nothing, nothing, coordinates, at, m * n, width)
        for i in range(m * m):
            for v in range(width):
                coordinates[i * n + first + v] *= share[v]
    return normaliser, largest, mass

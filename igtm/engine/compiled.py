"""exp in a compiled loop that any processor works several numbers at a time. Imports numba, which is optional."""

from collections.abc import Callable
from fractions import Fraction
from math import factorial

import numpy as np
from numba import njit

LOG_2 = Fraction("0.693147180559945309417232121458176568")


def exponential(dtype: np.dtype) -> Callable[[np.ndarray, float, float], None]:
    """A function that puts exp of x (n,) in its place, to 2 units in the last place.

    exp x = 2ʷ exp r, w the whole number next to x / log 2: exp r is its series up to what rounding hides, as
    |r| ≤ ½ log 2, and log 2 is taken in two parts so that r keeps its digits.

    Parameters
    ----------
    dtype : dtype
        float32 or float64, of x. Numbers below a second argument or above a third count as those.
    """
    limits, number, bits = np.finfo(dtype), dtype.type, {4: np.int32, 8: np.int64}[dtype.itemsize]
    fraction, bias = bits(limits.nmant), bits(limits.maxexp - 1)
    shift = number(1.5 * 2.0**limits.nmant)  # what it is added to has its whole part in its last bits
    high = Fraction(int(LOG_2 * limits.maxexp * 64), limits.maxexp * 64)
    log_2 = number(high), number(LOG_2 - high)
    per_log_2 = number(1 / LOG_2)
    length = next(n for n in range(limits.nmant) if float(LOG_2 / 2) ** n / factorial(n) < limits.eps / 4)
    first, *others = (number(1 / factorial(power)) for power in reversed(range(length)))
    others = tuple(others)

    @njit(f"void({dtype}[::1], {dtype}, {dtype})", nogil=True, fastmath={"contract"}, error_model="numpy")
    def raise_in_place(x, least, most):
        for i in range(x.size):
            exponent = x[i]
            exponent = least if exponent < least else exponent
            exponent = most if exponent > most else exponent
            shifted = number(exponent * per_log_2 + shift)
            whole = shifted - shift
            rest = (exponent - whole * log_2[0]) - whole * log_2[1]
            power = first
            for coefficient in others:
                power = power * rest + coefficient
            scale = bits((shifted.view(bits) + bias) << fraction)
            x[i] = power * scale.view(number)

    return raise_in_place

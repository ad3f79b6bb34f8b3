"""Raising exponents, by NumPy and by compiled code."""

import os
import subprocess
import sys
from platform import machine

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numba import njit

from igtm.engine import exponential
from igtm.engine.compiled import raise_in_place

DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]


def whole(x):
    """First and last, as compiled loops take them."""
    return np.uint64(0), np.uint64(x.size)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_compiled_code_is_right_to_the_last_place(dtype):
    limits = np.finfo(dtype)
    least, most = np.log(limits.tiny), np.log(limits.max) - np.log(dtype.type(2))
    exponents = np.concatenate([np.linspace(least, most, 400_001), np.linspace(-1, 1, 400_001)]).astype(dtype)
    exact = np.exp(exponents.astype(np.longdouble))
    found = exponents.copy()
    raise_in_place(found, *whole(found), least, most)
    assert np.abs(found / exact - 1).max() < limits.eps
    assert found[exponents == 0] == 1


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_compiled_code_says_what_is_beyond_its_reach(dtype):
    found = np.array([-np.inf, -1e30, 1e30, np.inf, np.nan], dtype)
    raise_in_place(found, *whole(found), dtype.type(-10), np.log(np.finfo(dtype).max))
    np.testing.assert_allclose(found[:2], np.exp(-10.0), rtol=1e-6)
    assert not (found[2:] < np.finfo(dtype).max ** 0.75).any()


def test_compiled_loops_are_worked_with_the_widest_vectors():
    loop = njit(raise_in_place.py_func, nogil=True)  # of code that was kept, numba tells nothing
    x = np.zeros(100)
    loop(x, *whole(x), -300.0, 300.0)
    (asm,) = loop.inspect_asm().values()
    (llvm,) = loop.inspect_llvm().values()
    assert '"prefer-vector-width"="512"' in llvm
    assert ("zmm" in asm) == (machine() == "x86_64" and exponential.has_avx512())


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), depth=st.sampled_from([1, 30, 1e3, 1e5]))
def test_scores_are_the_exponentials_but_for_what_rounding_hides(worked_by, dtype, data, depth):
    shape = data.draw(st.tuples(st.integers(1, 40), st.integers(0, 70)))
    exponents = data.draw(arrays(np.float64, shape, elements=st.floats(-depth, 3), fill=st.just(-depth))).astype(dtype)
    exact = np.exp(exponents.astype(np.float64))
    scores = exponential.raised(exponents)
    limits = np.finfo(dtype)
    np.testing.assert_allclose(scores, exact, rtol=4 * limits.eps, atol=limits.eps / shape[0])


@pytest.mark.parametrize("extensions", [{}, {"SIMD Extensions": {"baseline": ["X86_V2"]}}])
def test_a_processor_of_which_numpy_says_nothing_is_served(extensions, monkeypatch):
    monkeypatch.setattr(np, "show_config", lambda mode: extensions)
    assert not exponential.has_avx512.__wrapped__()


def test_without_numba_numpy_raises():
    code = """
import sys
sys.modules["numba"] = None
import numpy as np
from igtm.engine.exponential import compiled_loops, raised
assert compiled_loops() is None
np.testing.assert_array_equal(raised(np.zeros((3, 2))), 1)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_compiled_code_works_where_it_cannot_be_kept():
    """Numba keeps it beside the module or in the user's folder; of both, neither may be there to write to."""
    code = """
import numpy as np
from igtm.engine.compiled import raise_in_place
x = np.zeros(3)
raise_in_place(x, np.uint64(0), np.uint64(3), -300.0, 300.0)
np.testing.assert_array_equal(x, 1)
"""
    nowhere = {**os.environ, "NUMBA_CACHE_LOCATOR_CLASSES": "IPythonCacheLocator"}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=nowhere)

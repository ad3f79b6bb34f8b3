"""Work on a pool of threads, one a core, each with a single-threaded BLAS."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Result = TypeVar("Result")


class Cancelled(Exception):
    """Raised in the middle of a pass when its `cancelled` callable says so."""


@cache
def _blas() -> ThreadpoolController:
    """The BLAS libraries of this process; to find them takes longer than a pass over a small table."""
    return ThreadpoolController().select(user_api="blas")


def _take_control() -> None:
    """Let this thread set limits: threadpoolctl 3.8 ignores all but the first that did, for as long as it lives."""
    for library in _blas().lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


class _SingleThreadedBlas:
    """Holds BLAS to one thread while any pass runs.

    The limit belongs to the process, so overlapping passes have to share it: the first sets it, the last lifts it.
    """

    def __init__(self):
        self._lock = Lock()
        self._passes = 0
        self._limit = None
        self._threads = 1

    @contextmanager
    def __call__(self) -> Iterator[int]:
        """Yield the number of threads that BLAS would have used: that many workers stand in for them."""
        with self._lock:
            if self._passes == 0:
                self._threads = max((lib["num_threads"] for lib in _blas().info()), default=1)
                _take_control()
                self._limit = _blas().limit(limits=1)
            self._passes += 1
        try:
            yield self._threads
        finally:
            with self._lock:
                self._passes -= 1
                if self._passes == 0:
                    _take_control()
                    self._limit.restore_original_limits()


single_threaded_blas = _SingleThreadedBlas()


def in_order(function: Callable[..., Result], arguments: Iterable[tuple], cancelled=None) -> Iterator[Result]:
    """Apply `function` to each tuple of arguments on threads; results come in order, few are in flight.

    Parameters
    ----------
    function : callable
    arguments : iterable of tuples
        Read lazily.
    cancelled : callable -> bool, optional
        Asked before each result; True raises `Cancelled`.
    """
    with single_threaded_blas() as threads, ThreadPoolExecutor(threads, "igtm-pass") as pool:
        waiting = deque()
        try:
            for each in arguments:
                waiting.append(pool.submit(function, *each))
                if len(waiting) > 2 * threads:
                    if cancelled is not None and cancelled():
                        raise Cancelled
                    yield waiting.popleft().result()
            while waiting:
                if cancelled is not None and cancelled():
                    raise Cancelled
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

"""How a server answers for a page without waiting for itself."""

import asyncio
import gc
import time
from collections.abc import Callable
from functools import cache

import panel as pn
from panel.io.state import set_curdoc

__all__ = ["after_answer", "quiet", "settle"]

TICK, QUIET, LONGEST = 0.01, 0.04, 0.5  # seconds


@cache
def settle() -> None:
    """Let the garbage collector pass over all that is there by now: libraries, for the most part.

    Else it walks through half a million objects that stay for good, again and again, and all pages wait for it. Once
    for a server: what sessions leave behind is still found.
    """
    gc.collect()
    gc.freeze()


def after_answer(make: Callable[[], None]) -> None:
    """Call `make` when a new page's browser has been answered and has its libraries, which take it longer to read.

    What is made then is there when the browser asks for it. Where nobody waits for an answer, at once.
    """
    doc = pn.state.curdoc
    if not (doc and doc.session_context):
        make()
        return

    async def make_then():  # the browser is not given the document before this has ended
        await quiet(until=lambda: doc.session_context.session.connection_count > 0)
        with set_curdoc(doc):
            make()

    doc.add_next_tick_callback(make_then)


async def quiet(until: Callable[[], bool]) -> None:
    """Wait until the event loop has had nothing to do for a moment, or something is so; at most half a second."""
    began = since = now = time.monotonic()
    while now - since < QUIET and now - began < LONGEST and not until():
        used = time.thread_time()
        await asyncio.sleep(TICK)
        now = time.monotonic()
        if time.thread_time() - used > TICK / 5:
            since = now

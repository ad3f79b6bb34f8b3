"""How a server answers for a page without waiting for itself."""

import gc
from collections.abc import Callable
from functools import cache

import panel as pn

__all__ = ["after_answer", "settle"]


@cache
def settle() -> None:
    """Let the garbage collector pass over all that is there by now: libraries, for the most part.

    Else it walks through half a million objects that stay for good, again and again, and all pages wait for it. Once
    for a server: what sessions leave behind is still found.
    """
    gc.collect()
    gc.freeze()


def after_answer(make: Callable[[], None]) -> None:
    """Call `make` when a new page's browser has been answered, and begins to load its libraries.

    What is made then is there before the browser asks for it. Where nobody waits for an answer, at once.
    """
    doc = pn.state.curdoc
    if doc and doc.session_context:
        doc.add_next_tick_callback(make)
    else:
        make()

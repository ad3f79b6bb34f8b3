"""The first view of a page: outlines where its controls will be, each of which takes a browser 30 ms to draw."""

from collections.abc import Callable
from contextlib import nullcontext

import panel as pn

from igtm.dashboard.later import later
from igtm.dashboard.text import Html

__all__ = ["FIRST", "Places", "whole"]

#: What a page says of itself while what comes into its places is not complete: outlines are seen, and that is not.
FIRST = {"--outlines": "visible", "--places": "hidden"}
# Both lie in one cell: whatever is drawn first, the place is as high as it will be.
PLACE = """
:host { display: grid; grid-template-columns: minmax(0, 1fr); }
* { grid-area: 1 / 1; visibility: var(--places, inherit); }
.outlines { visibility: var(--outlines, hidden); pointer-events: none; }
"""
# They lie in lines as the controls will, and need as many.
OUTLINES = """
div > div { display: flex; flex-wrap: wrap; align-items: center; gap: 12px 8px; }
div > div + div { margin-top: 12px; }
i { box-sizing: border-box; border-radius: 8px; }
i.control { border: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
"""


class Places:
    """Places in a page, and what comes into them when the first view is seen: nothing moves then.

    Parameters
    ----------
    outlined : bool, default True
        Whether anything is seen in them before.
    """

    def __init__(self, outlined: bool = True):
        self._outlined, self._waiting, self._made = outlined, [], []

    def later(
        self, make: Callable[[], pn.viewable.Viewable], *lines: tuple[int | str, ...], height=36, margin=0, **options
    ) -> pn.Column:
        """Return a place.

        Parameters
        ----------
        make : callable
            Makes what comes into it.
        *lines : tuple of int and str
            What is outlined until then: widths of controls in pixels, and of text as CSS has it ("1 1 250px"), which
            has room but no outline.
        height : int, default 36
            Of the controls that are outlined, in pixels.
        margin : int or tuple of int, default 0
            Around the outlines.
        **options
            Parameters of the layout.
        """
        place = later(**options, stylesheets=[PLACE])
        if lines and self._outlined:
            look = {"css_classes": ["outlines"], "stylesheets": [OUTLINES], "sizing_mode": "stretch_width"}
            place.append(Html(_outlines(lines, height), margin=margin, **look))
        self._waiting.append((place, make))
        return place

    def make(self) -> None:
        """Make what comes into the places."""
        waiting, self._waiting = self._waiting, []
        self._made += [(place, make()) for place, make in waiting]

    def fill(self) -> None:
        """Put it there; what is not made yet is."""
        self.make()
        made, self._made = self._made, []
        doc = pn.state.curdoc
        # The page's models are gone through once, not for each place.
        with pn.io.hold(), doc.models.freeze() if doc else nullcontext():
            for place, content in made:
                place.append(content)


def whole(begin: Callable[[Places], pn.viewable.Viewable]) -> pn.viewable.Viewable:
    """What is begun with places, with all of them filled."""
    places = Places(outlined=False)
    begun = begin(places)
    places.fill()
    return begun


def _outlines(lines, height):
    def outline(width):
        if isinstance(width, str):
            return f'<i style="flex: {width}; min-height: 18px"></i>'
        return f'<i class="control" style="width: {width}px; min-height: {height}px"></i>'

    return "".join(f"<div>{''.join(map(outline, line))}</div>" for line in lines)

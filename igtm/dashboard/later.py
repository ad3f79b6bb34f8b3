"""What a page gets only when it is needed: the fewer parts it has, the sooner its first view is there."""

from collections.abc import Callable

import panel as pn

from igtm.dashboard.layouts import stack

__all__ = ["fill", "later"]


def later(**options) -> pn.Column:
    """A place in a page, or in a dialog, that `fill` fills.

    What comes later into layouts that are not Panel's own does without its JavaScript callbacks: hence this one.
    """
    return stack(gap="0", **options)


def fill(place: pn.Column, make: Callable[[], pn.viewable.Viewable]) -> None:
    """Put what `make` makes into a place, the first time."""
    if not len(place):
        place.append(make())

"""What a page gets only when it is needed: the fewer parts it has, the sooner its first view is there."""

from collections.abc import Callable, Sequence

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.layouts import stack

__all__ = ["fill", "later", "tabs"]


def later(**options) -> pn.Column:
    """A place in a page, or in a dialog, that `fill` fills.

    What comes later into layouts that are not Panel's own does without its JavaScript callbacks: hence this one.
    """
    return stack(gap="0", **options)


def fill(place: pn.Column, make: Callable[[], pn.viewable.Viewable]) -> None:
    """Put what `make` makes into a place, the first time."""
    if not len(place):
        place.append(make())


def tabs(names: Sequence[str], places: Sequence[pn.Column], owner: param.Parameterized) -> pmui.Tabs:
    """Places one before the other, each under its name: `owner.active` says which is in front, from 0."""
    shown = pmui.Tabs(*zip(names, places, strict=True), active=owner.active, sizing_mode="stretch_width", margin=0)
    shown.link(owner, active="active", bidirectional=True)
    return shown

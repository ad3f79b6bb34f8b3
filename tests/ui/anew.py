"""A page that can begin again without being loaded again: most of what a page load takes is the libraries."""

from itertools import count

import panel as pn
import panel_material_ui as pmui


def anew(make):
    """Return what `make` returns, of the CSS class made-0, and a button, "Anew", that puts a new one in its place.

    That is of the class made-1, and so on.
    """
    number = count()
    place = pn.Column(sizing_mode="stretch_width", margin=0)

    def begin(_=None):
        place[:] = [pn.Column(make(), css_classes=[f"made-{next(number)}"], sizing_mode="stretch_width", margin=0)]

    begin()
    return pn.Column(pmui.Button(label="Anew", on_click=begin), place, sizing_mode="stretch_width")

"""How a page begins: only the browser knows how wide its window is, and when everything has found its place."""

from pathlib import Path

import panel_material_ui as pmui
import param
from panel.custom import JSComponent

from igtm.dashboard.first_view import FIRST

__all__ = ["WAITING", "PageStart", "load_ahead"]

#: Style of what is not seen until the page is laid out; text that says of itself that it is visible is clipped.
WAITING = {"display": "none", "visibility": "hidden", "clipPath": "inset(100%)"}


class PageStart(JSComponent):
    """In the header of a `panel_material_ui.Page`: nothing jumps while it loads, and a narrow one begins with its map.

    The parts of a page arrive one by one and push those below them: the content, which the page gives the style
    `WAITING`, is seen once all have their place, and what comes later once all of that is drawn. Below 600 pixels
    Material UI lays the sidebar over the page, and a newcomer would see nothing else, so it is closed. In the browser
    and not in Python, or the sidebar would be seen to go, and what a page tells while it loads can be lost.
    """

    seen = param.Boolean(default=False, doc="Whether the content is.")
    filled = param.Boolean(default=False, doc="Whether what comes later is on its way to its places.")
    whole = param.Boolean(default=False, doc="Whether that is seen, too.")
    first = param.Dict(default=FIRST, doc="CSS variables of the page until then.")

    _bundle = Path(__file__).with_suffix(".js")

    def __init__(self, **params):
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})


def load_ahead(page: pmui.Page) -> None:
    """Have the browser load Material UI's components while it asks the server for what the page holds.

    Else it would begin when it has that, and all of the page waits for them.
    """
    # As the components name it, so it is loaded once; what Panel appends to an address is a comment then.
    address = page._render_esm(server=True)
    page.config.js_modules = {"components": f"data:text/javascript,importShim('{address}')//"}

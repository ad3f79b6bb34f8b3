"""How a page begins: only the browser knows how wide its window is, and when everything has found its place."""

from pathlib import Path

import panel as pn
import panel_material_ui as pmui
import param

from igtm.dashboard.first_view import FIRST, Places
from igtm.dashboard.script import Script

__all__ = ["DRAWER", "WAITING", "PageStart", "template"]

#: Style of what is not seen until the page is laid out; text that says of itself that it is visible is clipped.
WAITING = {"display": "none", "visibility": "hidden", "clipPath": "inset(100%)"}
#: Style sheet of the page: where its sidebar lies over it, that is not seen to go while the page begins.
DRAWER = "@media (max-width: 599px) { .MuiDrawer-root { opacity: var(--drawer, 0); } }"

# Libraries that the first view has no need of: their scripts are in the page from the start, for `PageStart` to load.
LATER = ["/filedropper/", "/datatabulator/", "/vegaplot/", "/bokeh-gl"]
# Material UI's components, which all of the page waits for, are loaded while it asks the server for what it holds; of
# itself the browser would begin when it has that.
TEMPLATE = """
{% extends "base.html" %}
{% block js_resources %}
<link rel="preload" as="fetch" crossorigin="anonymous" href="COMPONENTS">
{% for script in bokeh_js.split('<script type="text/javascript"') %}
{% if not loop.first %}
{% set known = LATER | select("in", script.split(">")[0]) | list %}
<script type="{{ "later" if known else "text/javascript" }}"
{%- endif %}
{{ script }}
{%- endfor %}
<script type="module">importShim("COMPONENTS")</script>
{% endblock %}
"""


class PageStart(Script):
    """In the header of a `panel_material_ui.Page`: nothing jumps while it loads, and a narrow one begins with its map.

    The parts of a page arrive one by one and push those below them: the content, which the page gives the style
    `WAITING`, is seen once all have their place, and what comes later once all of that is drawn. Below 600 pixels
    Material UI lays the sidebar over the page, and a newcomer would see nothing else, so it is closed, which the style
    sheet `DRAWER` hides. In the browser and not in Python, for what a page tells while it loads can be lost.
    """

    seen = param.Boolean(default=False, doc="Whether the content is.")
    loaded = param.Boolean(default=False, doc="Whether the libraries of what comes later are.")
    filled = param.Boolean(default=False, doc="Whether what comes later is on its way to its places.")
    whole = param.Boolean(default=False, doc="Whether that is seen, too.")
    first = param.Dict(default=FIRST, doc="CSS variables of the page until then.")

    _bundle = Path(__file__).with_suffix(".js")

    def __init__(self, places: Places, **params):
        super().__init__(**params)
        self._places = places

    @param.depends("seen", watch=True)
    def _make(self):
        self._places.make()

    @param.depends("loaded", watch=True)
    def complete(self) -> None:
        """Give the page what comes later."""
        with pn.io.hold():
            self._places.fill()
            self.filled = True


def template(page: pmui.Page, in_steps: bool) -> str:
    """The template of a page whose libraries are loaded in the order in which a reader needs them.

    Parameters
    ----------
    page : Page
    in_steps : bool
        Whether the page begins with its first view alone: then what else there is can wait for its libraries.
    """
    components = page._render_esm(server=True)  # as they name themselves, so that they are loaded once
    return TEMPLATE.replace("COMPONENTS", components).replace("LATER", str(LATER if in_steps else []))
